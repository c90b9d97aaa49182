#include "support/ledger_client.hpp"
#include "support/order_database.hpp"
#include "support/order_writer.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

// How fast the order writer is: from a backlog, and behind a sale that goes on. Real Redis with
// appendfsync always, real SQLite and PostgreSQL with synced commits, all of it on this machine.
//
//   orders_rate [BACKLOG [TICKETS_A_SECOND [SECONDS]]]

namespace onsale::test {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

struct load {
    std::int64_t backlog = 500'000;
    std::int64_t a_second = 5'000;
    std::int64_t seconds = 20;
};

constexpr std::int64_t batch = 64;  // purchases in one journal entry, as nodes under load make them

std::vector<wish> purchases(std::int64_t first, std::int64_t count) {
    auto all = wishes(first, count);
    for (auto& one : all)
        one.buyer = "buyer-" + one.id.substr(24);
    return all;
}

double seconds_since(clock::time_point begin) {
    return std::chrono::duration<double>(clock::now() - begin).count();
}

void measure_backlog(database_kind kind, const load& given) {
    redis_server redis{{.arguments = {"--appendfsync", "no"}}};
    auto session = redis.connect();
    ledger_client ledger{session, "G101"};
    ledger.open({.total = given.backlog});
    for (std::int64_t n = 0; n < given.backlog; n += batch) {
        ledger.reserve(purchases(n + 1, std::min(batch, given.backlog - n)));
    }
    ledger.command({"CONFIG", "SET", "appendfsync", "always"});
    const order_database orders{kind};
    const auto begin = clock::now();
    const order_writer writer{redis.endpoint(), orders.url()};
    const auto is_done = [&] {
        const auto says = ledger.read().says.says;
        return says.ordered == says.at;
    };
    const bool done = wait_until(is_done, 600s);
    const auto time = seconds_since(begin);
    const auto rows = orders.number("SELECT count(*) FROM orders");
    std::printf("%-10s backlog of %lld: %s, %lld rows in %.1f s, start included: %.0f orders/s\n",
                name_of(kind).c_str(), static_cast<long long>(given.backlog),
                done ? "done" : "NOT DONE", rows, time, static_cast<double>(rows) / time);
}

/// Looks at the database again and again, on a thread of its own.
class watcher {
  public:
    explicit watcher(const order_database& orders) : thread_{[this, &orders] { watch(orders); }} {}
    ~watcher() { finish(); }
    watcher(const watcher&) = delete;
    watcher& operator=(const watcher&) = delete;

    void finish() {
        is_over_ = true;
        if (thread_.joinable()) thread_.join();
    }

    /// How long after `told` the version was seen to be committed, in milliseconds; -1: never.
    [[nodiscard]] double delay(long long version, clock::time_point told) const {
        const auto found = std::lower_bound(
            seen_.begin(), seen_.end(), version,
            [](const sight& one, long long wanted) { return one.version < wanted; });
        if (found == seen_.end()) return -1;
        // It may be committed before the seller has its reply.
        return std::max(0.0, std::chrono::duration<double, std::milli>(found->at - told).count());
    }

  private:
    struct sight {
        long long version;
        clock::time_point at;
    };

    void watch(const order_database& orders) {
        while (!is_over_) {
            const auto version = orders.number("SELECT version FROM positions");
            seen_.push_back({version, clock::now()});
        }
    }

    std::atomic<bool> is_over_{false};
    std::vector<sight> seen_;
    std::thread thread_;
};

void measure_delay(database_kind kind, const load& given) {
    redis_server redis;
    auto session = redis.connect();
    ledger_client ledger{session, "G101"};
    const auto total = given.a_second * given.seconds;
    ledger.open({.total = total});
    const order_database orders{kind};
    const order_writer writer{redis.endpoint(), orders.url()};
    const auto is_ordered = [&] {
        const auto says = ledger.read().says.says;
        return says.ordered == says.at;
    };
    static_cast<void>(wait_until(is_ordered, 60s));

    constexpr std::int64_t a_batch = 25;
    const auto pause = 1'000'000us * a_batch / given.a_second;
    watcher watching{orders};
    std::vector<clock::time_point> told;
    const auto begin = clock::now();
    for (std::int64_t sold = 0; sold < total; sold += a_batch) {
        ledger.reserve(purchases(sold + 1, a_batch));
        told.push_back(clock::now());
        std::this_thread::sleep_until(begin + pause * static_cast<std::int64_t>(told.size()));
    }
    const auto rate = static_cast<double>(total) / seconds_since(begin);
    static_cast<void>(wait_until(is_ordered, 60s));
    std::this_thread::sleep_for(1s);  // one more look
    watching.finish();

    std::vector<double> delays;
    for (std::size_t i = 0; i < told.size(); ++i)  // the first version was the opening
        delays.push_back(watching.delay(static_cast<long long>(i) + 2, told[i]));
    std::sort(delays.begin(), delays.end());
    const auto part = [&](double share) {
        return delays[static_cast<std::size_t>(share * static_cast<double>(delays.size() - 1))];
    };
    std::printf(
        "%-10s at %.0f tickets/s: told to committed p50 %.1f ms, p99 %.1f ms, at most "
        "%.1f ms%s\n",
        name_of(kind).c_str(), rate, part(0.5), part(0.99), part(1.0),
        part(0) < 0 ? "; SOME ARE MISSING" : "");
}

}  // namespace

}  // namespace onsale::test

int main(int argc, char** argv) {
    using namespace onsale::test;
    load given;
    const auto argument = [&](int place, std::int64_t standard) {
        return place < argc ? onsale::parse_integer(argv[place]).value_or(standard) : standard;
    };
    given.backlog = argument(1, given.backlog);
    given.a_second = argument(2, given.a_second);
    given.seconds = argument(3, given.seconds);
    for (const auto kind : {database_kind::sqlite, database_kind::postgresql}) {
        measure_backlog(kind, given);
        measure_delay(kind, given);
    }
}
