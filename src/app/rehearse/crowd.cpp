#include "crowd.hpp"

#include "buying_connection.hpp"
#include "sources.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/co_spawn.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>

namespace onsale::app {

namespace asio = boost::asio;

crowd::crowd(const rehearsal_plan& plan, tally& answers)
    : plan_{plan},
      answers_{answers},
      io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO},
      started_{monotonic::now()},
      sweeper_{io_.get_executor()},
      alarm_{io_.get_executor()},
      interrupted_{io_, SIGINT, SIGTERM},
      arrivals_{plan.buyers, plan.rate, started_},
      told_{started_} {
    answers_.begin(started_);
}

crowd::~crowd() = default;

ledger_ms wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

void crowd::remember_late_payer(std::int64_t buyer, ledger_ms pay_by) {
    late_payers_.emplace(pay_by + limits::rehearsal_late.count(), buyer);
    set_alarm();
}

std::int64_t crowd::next_late_payer() {
    if (over_ || late_payers_.empty() || late_payers_.top().first > wall_clock()) return -1;
    const auto buyer = late_payers_.top().second;
    late_payers_.pop();
    return buyer;
}

std::optional<arrival> crowd::next_buyer() {
    if (over_) return std::nullopt;
    return arrivals_.next(monotonic::now());
}

std::optional<time_point> crowd::next_due() const {
    auto due = arrivals_.next_due();
    if (!late_payers_.empty()) {
        const std::chrono::milliseconds wait{late_payers_.top().first - wall_clock()};
        const auto paying = monotonic::now() + wait;
        due = due ? std::min(*due, paying) : paying;
    }
    return due;
}

bool crowd::expects_somebody() const {
    return arrivals_.next_due() || !late_payers_.empty();
}

void crowd::rest(buying_connection& idle) {
    resting_.push_back(&idle);
    set_alarm();
}

void crowd::set_alarm() {
    if (resting_.empty()) return;
    alarm_.expires_at(next_due().value_or(monotonic::now()));
    alarm_.async_wait([this](const boost::system::error_code& error) {
        if (!error) wake_for_those_who_came();
    });
}

/// Not more than have come, or they would all wake for each. Whoever is awake looks by itself.
void crowd::wake_for_those_who_came() {
    auto wanted = expects_somebody() ? waiting(monotonic::now()) : resting_.size();
    for (; wanted > 0 && !resting_.empty(); --wanted) {
        resting_.back()->wake();
        resting_.pop_back();
    }
    set_alarm();
}

/// How many connections would find somebody to serve; of the late payers one at a time.
std::size_t crowd::waiting(time_point now) const {
    const bool payer = !late_payers_.empty() && late_payers_.top().first <= wall_clock();
    return static_cast<std::size_t>(arrivals_.waiting(now)) + (payer ? 1 : 0);
}

std::optional<asio::ip::address_v4> crowd::next_source() noexcept {
    if (plan_.sources <= 1) return std::nullopt;
    return source(sources_used_++ % plan_.sources);
}

void crowd::run() {
    interrupted_.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
    for (std::int64_t i = 0; i < std::min(plan_.connections, plan_.buyers); ++i)
        add_connection();
    sweep();
    io_.run();
}

void crowd::add_connection() {
    connections_.push_back(std::make_unique<buying_connection>(*this, io_, connections_.size()));
    ++open_;
    asio::co_spawn(io_.get_executor(), connections_.back()->run(),
                   [this](const std::exception_ptr& error) {
                       if (error) std::rethrow_exception(error);  // a bug, or no memory
                       if (--open_ > 0) return;
                       sweeper_.cancel();
                       alarm_.cancel();
                       interrupted_.cancel();
                   });
}

void crowd::stop() {
    over_ = true;
    resting_.clear();
    for (auto& connection : connections_)
        connection->stop();
}

void crowd::sweep() {
    if (open_ == 0) return;
    sweeper_.expires_after(limits::tick);
    sweeper_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        const auto now = monotonic::now();
        if (plan_.rate > 0) most_waiting_ = std::max(most_waiting_, arrivals_.waiting(now));
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
    const auto text = fmt::format(
        "{:4.0f} s: {} of {} buyers know; {} sold; {} sold out; {} tried again; {:.0f}/s{}\n",
        all.count(), answers_.answered(), plan_.buyers, answers_.attempts(told::sold),
        answers_.attempts(told::sold_out),
        answers_.attempts(told::nothing) + answers_.attempts(told::busy) +
            answers_.attempts(told::in_doubt),
        static_cast<double>(requests - told_requests_) / lately.count(),
        plan_.rate > 0 ? fmt::format("; {} wait for a connection", arrivals_.waiting(now)) : "");
    std::fputs(text.c_str(), stderr);
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
