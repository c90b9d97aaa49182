#include "crowd.hpp"

#include "buying_connection.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <exception>

namespace onsale::app {

namespace asio = boost::asio;

crowd::crowd(const rehearsal_plan& plan, tally& answers)
    : plan_{plan},
      answers_{answers},
      io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO},
      sweeper_{io_.get_executor()},
      started_{monotonic::now()},
      told_{started_} {}

crowd::~crowd() = default;

ledger_ms wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void crowd::remember_late_payer(std::int64_t buyer, ledger_ms pay_by) {
    late_payers_.emplace(pay_by + limits::rehearsal_late.count(), buyer);
}

std::int64_t crowd::next_late_payer() {
    if (over_ || late_payers_.empty() || late_payers_.top().first > wall_clock()) return -1;
    const auto buyer = late_payers_.top().second;
    late_payers_.pop();
    return buyer;
}

std::optional<std::chrono::milliseconds> crowd::wait_for_late_payer() const {
    if (late_payers_.empty()) return std::nullopt;
    return std::chrono::milliseconds{
        std::max<ledger_ms>(late_payers_.top().first - wall_clock(), 1)};
}

void crowd::run() {
    asio::signal_set interrupted{io_, SIGINT, SIGTERM};
    interrupted.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
    for (std::int64_t i = 0; i < std::min(plan_.connections, plan_.buyers); ++i) {
        connections_.push_back(
            std::make_unique<buying_connection>(*this, io_, static_cast<std::size_t>(i)));
        ++open_;
        asio::co_spawn(io_.get_executor(), connections_.back()->run(),
                       [&](const std::exception_ptr& error) {
                           if (error) std::rethrow_exception(error);  // a bug, or no memory
                           if (--open_ > 0) return;
                           sweeper_.cancel();
                           interrupted.cancel();
                       });
    }
    sweep();
    io_.run();
}

void crowd::stop() {
    over_ = true;
    for (auto& connection : connections_)
        connection->stop();
}

void crowd::sweep() {
    if (open_ == 0) return;
    sweeper_.expires_after(limits::tick);
    sweeper_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        const auto now = monotonic::now();
        if (!over_ && now - started_ >= plan_.duration_limit) stop();
        for (auto& connection : connections_)
            connection->sweep(now);
        if (now - told_ >= std::chrono::seconds{1}) print_progress(now);
        sweep();
    });
}

void crowd::print_progress(time_point now) {
    const std::chrono::duration<double> all = now - started_;
    const std::chrono::duration<double> lately = now - told_;
    const auto requests = answers_.requests();
    const auto number = [](std::int64_t value) { return static_cast<long long>(value); };
    std::fprintf(stderr, "%4.0f s: %lld of %lld buyers know; %lld sold; %lld tried again; %.0f/s\n",
                 all.count(), number(answers_.answered()), number(plan_.buyers),
                 number(answers_.attempts(told::sold)),
                 number(answers_.attempts(told::nothing) + answers_.attempts(told::busy) +
                        answers_.attempts(told::in_doubt)),
                 static_cast<double>(requests - told_requests_) / lately.count());
    told_ = now;
    told_requests_ = requests;
}

bool is_reachable(const target& to) {
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    boost::system::error_code error = asio::error::timed_out;
    socket.async_connect(to.address,
                         [&](const boost::system::error_code& result) { error = result; });
    io.run_for(limits::rehearsal_reply);
    return !error;
}

}  // namespace onsale::app
