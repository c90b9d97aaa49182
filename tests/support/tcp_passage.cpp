#include "support/tcp_passage.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/socket_base.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace onsale::test {

namespace asio = boost::asio;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
using piece = std::array<char, 16 * 1024>;

asio::generic::stream_protocol::endpoint address_of(const redis::endpoint& to) {
    if (!to.socket.empty()) return asio::local::stream_protocol::endpoint{to.socket};
    return asio::ip::tcp::endpoint{asio::ip::make_address(to.host), to.port};
}

}  // namespace

tcp_gate::passage::passage(asio::ip::tcp::socket node, state& shared)
    : shared_{shared},
      node_{std::move(node)},
      redis_{node_.get_executor()},
      changed_{node_.get_executor(), asio::steady_timer::time_point::max()} {
    boost::system::error_code ignored;
    node_.set_option(asio::ip::tcp::no_delay{true}, ignored);
}

void tcp_gate::passage::or_end_the_test(const std::exception_ptr& error) {
    if (error) std::rethrow_exception(error);
}

asio::awaitable<void> tcp_gate::passage::open(std::shared_ptr<passage> self, redis::endpoint to) {
    const auto [error] = co_await self->redis_.async_connect(address_of(to), as_tuple);
    if (error) co_return self->close();
    if (to.socket.empty()) {
        boost::system::error_code ignored;
        self->redis_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    }
    const auto executor = self->node_.get_executor();
    asio::co_spawn(executor, carry_requests(self), or_end_the_test);
    asio::co_spawn(executor, carry_replies(self), or_end_the_test);
}

void tcp_gate::passage::release() {
    stalled_ = false;
    changed_.cancel();
}

void tcp_gate::passage::close() {
    boost::system::error_code ignored;
    node_.close(ignored);
    redis_.close(ignored);
    release();
}

void tcp_gate::passage::reset() {
    boost::system::error_code ignored;
    const asio::socket_base::linger at_once{true, 0};
    node_.set_option(at_once, ignored);
    redis_.set_option(at_once, ignored);
    ++shared_.traffic.resets;
    close();
}

asio::awaitable<void> tcp_gate::passage::carry_requests(std::shared_ptr<passage> self) {
    piece bytes;
    for (;;) {
        const auto [error, count] =
            co_await self->node_.async_read_some(asio::buffer(bytes), as_tuple);
        self->kept_.assign(bytes.data(), count);
        self->shared_.traffic.request_bytes += static_cast<std::int64_t>(count);
        if (self->shared_.is_understood) self->commands_.read(self->kept_, self->shared_.log);
        self->meet_its_fate();
        co_await self->hold_up(self->shared_.faults.requests);
        if (error) break;
        if (!co_await self->let_request_pass()) continue;
        const auto passing = self->requests_left_.admit(self->kept_);
        const bool is_last = self->requests_left_.is_spent();
        const bool passed =
            co_await self->pass_on(self->redis_, passing, self->shared_.faults.requests);
        if (!passed || is_last) break;
    }
    self->close();
}

asio::awaitable<void> tcp_gate::passage::carry_replies(std::shared_ptr<passage> self) {
    piece bytes;
    for (;;) {
        const auto [error, count] =
            co_await self->redis_.async_read_some(asio::buffer(bytes), as_tuple);
        self->shared_.traffic.reply_bytes += static_cast<std::int64_t>(count);
        co_await self->hold_up(self->shared_.faults.replies);
        if (error) break;
        if (!self->let_reply_pass()) continue;
        self->garble(bytes.data(), count);
        const auto passing = self->replies_left_.admit({bytes.data(), count});
        const bool is_last = self->replies_left_.is_spent();
        const bool passed =
            co_await self->pass_on(self->node_, passing, self->shared_.faults.replies);
        if (!passed || is_last) break;
    }
    self->close();
}

asio::awaitable<bool> tcp_gate::passage::let_request_pass() {
    const auto& faults = shared_.faults;
    if (shared_.swallows || shared_.happens(faults.lose_request)) requests_pass_ = false;
    if (!requests_pass_) {
        ++shared_.traffic.lost_requests;
        co_return false;
    }
    if (shared_.happens(faults.lose_reply)) replies_pass_ = false;
    if (shared_.happens(faults.reset)) {
        reset();
        co_return false;
    }
    if (shared_.happens(faults.hold_request)) {
        co_await deliver_late();
        co_return false;
    }
    if (shared_.hold_back) co_await wait_for(shared_.hold_back());
    co_return true;
}

bool tcp_gate::passage::let_reply_pass() {
    if (shared_.swallows) replies_pass_ = false;
    if (replies_pass_) return true;
    ++shared_.traffic.lost_replies;
    return false;
}

void tcp_gate::passage::meet_its_fate() {
    if (!shared_.stall_at.empty() && kept_.find(shared_.stall_at) != std::string::npos) {
        shared_.stall_at.clear();
        stall();
    }
    if (shared_.drops > 0 && kept_.find(shared_.drop_at) != std::string::npos) {
        --shared_.drops;
        drop_replies();
    }
}

void tcp_gate::passage::garble(char* bytes, std::size_t count) {
    auto& text = shared_.garble_at;
    const std::string_view piece{bytes, count};
    const auto at = text.empty() ? std::string_view::npos : piece.find(text);
    if (at == std::string_view::npos) return;
    const auto begin = piece.rfind('\n', at) + 1;
    std::fill(bytes + begin, bytes + std::min(piece.find('\n', at), count), ' ');
    text.clear();
}

/// The server hears of it although nobody waits for its answer any more.
asio::awaitable<void> tcp_gate::passage::deliver_late() {
    replies_pass_ = false;
    piece more;
    for (;;) {
        const auto [error, count] = co_await node_.async_read_some(asio::buffer(more), as_tuple);
        if (error) break;
        kept_.append(more.data(), count);
    }
    if (!redis_.is_open()) co_return;
    co_await rest(shared_.faults.late);
    const auto [lost, written] = co_await asio::async_write(redis_, asio::buffer(kept_), as_tuple);
    if (!lost) ++shared_.traffic.late_requests;
    boost::system::error_code ignored;
    redis_.shutdown(asio::socket_base::shutdown_send, ignored);
    // What it answers ends the other direction, which closes both.
    while (redis_.is_open()) {
        co_await rest(milliseconds{5});
    }
}

asio::awaitable<void> tcp_gate::passage::wait_for(condition holds) {
    while (node_.is_open() && !holds()) {
        co_await rest(milliseconds{1});
    }
}

asio::awaitable<void> tcp_gate::passage::hold_up(const gate_faults::way& by) {
    auto time = by.delay;
    if (by.jitter.count() > 0) {
        std::uniform_int_distribution<std::int64_t> chance{0, by.jitter.count()};
        time += milliseconds{chance(shared_.random)};
    }
    if (time.count() > 0) co_await rest(time);
    while (stalled_) {
        co_await changed_.async_wait(as_tuple);
    }
}

asio::awaitable<void> tcp_gate::passage::rest(microseconds time) {
    asio::steady_timer timer{node_.get_executor(), time};
    co_await timer.async_wait(as_tuple);
}

template <class Socket>
asio::awaitable<bool> tcp_gate::passage::pass_on(Socket& to, std::string_view bytes,
                                                 const gate_faults::way& by) {
    const auto speed = by.bytes_per_second;
    // A slow line delivers little and often: what a hundredth of a second lets through.
    const auto most = by.slice > 0 ? by.slice : speed > 0 ? speed / 100 + 1 : bytes.size();
    while (!bytes.empty()) {
        const auto now = bytes.substr(0, most);
        const auto [lost, written] = co_await asio::async_write(to, asio::buffer(now), as_tuple);
        if (lost) co_return false;
        bytes.remove_prefix(now.size());
        if (speed > 0) co_await rest(microseconds{1'000'000 * now.size() / speed});
    }
    co_return true;
}

}  // namespace onsale::test
