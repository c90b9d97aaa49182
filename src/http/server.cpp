#include "onsale/http/server.hpp"

#include "server_implementation.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/limits.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace onsale::http {

namespace asio = boost::asio;

server::implementation::implementation(asio::io_context& io, server_settings settings,
                                       box_office& office, operator_pages pages)
    : io_{io},
      settings_{std::move(settings)},
      router_{settings_, office, std::move(pages), counts_},
      stat_log_{settings_.stat_log},
      poll_set_{io, *this},
      acceptor_{io},
      pause_{io} {}

server::implementation::~implementation() {
    for (const auto& one : connections_) {
        if (one->doing != activity::closed) close(*one);
    }
}

or_complaint<int> server::implementation::start(listening_socket on) {
    if (!stat_log_.good()) {
        return complaint{"node.stat_log: '" + settings_.stat_log +
                         "' cannot be opened for writing"};
    }
    acceptor_.assign(asio::ip::tcp::v4(), on.release());
    poll_set_.start();
    wait_to_accept();
    return 0;
}

// --- Accepting ----------------------------------------------------------------------------------

void server::implementation::wait_to_accept() {
    acceptor_.async_wait(asio::socket_base::wait_read, [this](boost::system::error_code error) {
        if (error || stopping_) return;
        accept_some();
    });
}

void server::implementation::accept_some() {
    for (int i = 0; i < limits::accepts_per_turn; ++i) {
        if (!accept_one()) break;
    }
    if (!resting_) wait_to_accept();
}

/// False if nobody waits, or nobody can be served now.
bool server::implementation::accept_one() {
    if (static_cast<std::size_t>(counts_.open.load()) >= settings_.connections) {
        rest_before_accepting();
        return false;
    }
    const int descriptor =
        ::accept4(acceptor_.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
        const int error = errno;
        if (error == EINTR || error == ECONNABORTED) return true;
        if (error == EAGAIN || error == EWOULDBLOCK) {
            cannot_accept_ = false;
            return false;
        }
        if (!std::exchange(cannot_accept_, true)) {
            spdlog::warn("cannot accept: {}; those who wait keep waiting", std::strerror(error));
        }
        rest_before_accepting();
        return false;
    }
    counts_.accepted.fetch_add(1, std::memory_order_relaxed);  // a count, orders nothing
    read(take_slot(descriptor), monotonic::now());
    return true;
}

/// Out of descriptors or full: those who wait keep waiting, the loop goes on.
void server::implementation::rest_before_accepting() {
    if (stopping_ || resting_) return;
    resting_ = true;
    pause_.expires_after(limits::accept_pause);
    pause_.async_wait([this](boost::system::error_code error) {
        resting_ = false;
        if (!error && !stopping_) accept_some();
    });
}

connection& server::implementation::take_slot(int descriptor) {
    if (free_slots_.empty()) {
        free_slots_.push_back(static_cast<std::uint32_t>(connections_.size()));
        connections_.push_back(std::make_unique<connection>());
        connections_.back()->slot = free_slots_.back();
    }
    auto& one = *connections_[free_slots_.back()];
    free_slots_.pop_back();
    ONSALE_ASSERT(one.doing == activity::closed);
    counts_.open.fetch_add(1);
    one.descriptor = descriptor;
    one.doing = activity::reading;
    one.readable = true;  // mostly the request is there already
    one.deadline = monotonic::now() + limits::idle_deadline;
    return one;
}

// --- Deadlines and the end ----------------------------------------------------------------------

void server::implementation::tick(time_point now) {
    // A tenth at a time: a sweep over 15,000 connections at once would be felt.
    const auto some = connections_.size() / 10 + 1;
    for (std::size_t i = 0; i < some && i < connections_.size(); ++i) {
        swept_ = (swept_ + 1) % connections_.size();
        auto& one = *connections_[swept_];
        if (one.deadline > now || one.doing == activity::closed) continue;
        counts_.timed_out.fetch_add(1, std::memory_order_relaxed);  // a count, orders nothing
        close(one);
    }
}

void server::implementation::stop() {
    if (stopping_) return;
    // Those who have connected already are served: closing the listener would reset them.
    // No more than can have waited: others come all the time.
    for (int i = 0; i < SOMAXCONN && accept_one(); ++i) {
    }
    stopping_ = true;
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    const auto now = monotonic::now();
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        auto& one = *connections_[i];
        if (one.doing != activity::reading || !one.unparsed.empty()) continue;
        one.readable = true;  // a request may have come in since: one more look, then it is closed
        read(one, now);
    }
}

// --- The public side ----------------------------------------------------------------------------

server::server(asio::io_context& io, server_settings settings, box_office& office,
               operator_pages pages)
    : implementation_{
          std::make_unique<implementation>(io, std::move(settings), office, std::move(pages))} {}

server::~server() = default;

or_complaint<int> server::start(listening_socket on) {
    return implementation_->start(std::move(on));
}

void server::tick(time_point now) {
    implementation_->tick(now);
}

void server::stop() {
    implementation_->stop();
}

bool server::is_empty() const noexcept {
    return implementation_->is_empty();
}

void server::answered(std::uint64_t tag, const answer& told) {
    implementation_->answered(tag, told);
}

void server::shown(std::uint64_t tag, const sighting& seen) {
    implementation_->shown(tag, seen);
}

void server::settled(std::uint64_t tag, const settlement_told& told) {
    implementation_->settled(tag, told);
}

const server_counts& server::counts() const noexcept {
    return implementation_->counts();
}

}  // namespace onsale::http
