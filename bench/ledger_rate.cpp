#include "ledger_bench.hpp"

#include "onsale/core/text.hpp"

#include <hiredis/hiredis.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>

// Sells to Redis as fast as one connection takes it, and prints how many tickets that were. What it
// cost Redis is seen from outside.
//
//   ledger_rate SOCKET counter PIPELINE SECONDS    a script that counts and nothing else
//   ledger_rate SOCKET reserve BATCH    SECONDS    the ledger's `reserve`, each for another buyer
//   ledger_rate SOCKET unnamed BATCH    SECONDS    the same for buyers who give no name

namespace onsale::bench {

namespace {

using clock = std::chrono::steady_clock;

constexpr std::int64_t plenty = 999'999'999;

/// Sells in portions until the time is over; returns how many tickets that were.
template <class Sell>
std::int64_t sell_for(std::chrono::seconds time, std::int64_t portion, Sell sell) {
    const auto end = clock::now() + time;
    std::int64_t sold = 0;
    for (; clock::now() < end; sold += portion) {
        sell(sold);
    }
    return sold;
}

/// A sale as one writes it at first: two counts, and no buyer, no record, no deadline, no journal.
class bare_counter {
  public:
    explicit bare_counter(const std::string& socket)
        : redis_{redisConnectUnix(socket.c_str())}, session_{connect_to(socket)} {
        if (redis_ == nullptr || redis_->err != 0) throw std::runtime_error{"no Redis"};
        expect(session_.command({"HSET", "counter", "total", std::to_string(plenty), "sold", "0"}));
        script_ = expect(session_.command({"SCRIPT", "LOAD", text})).text;
    }
    ~bare_counter() { redisFree(redis_); }
    bare_counter(const bare_counter&) = delete;
    bare_counter& operator=(const bare_counter&) = delete;

    /// `count` tickets: as many calls, sent together.
    void sell(std::int64_t count) {
        for (std::int64_t i = 0; i < count; ++i) {
            redisAppendCommand(redis_, "EVALSHA %s 1 counter", script_.c_str());
        }
        for (std::int64_t i = 0; i < count; ++i) {
            void* got = nullptr;
            if (redisGetReply(redis_, &got) != REDIS_OK) throw std::runtime_error{redis_->errstr};
            const auto* const told = static_cast<redisReply*>(got);
            const bool is_sold = told->type == REDIS_REPLY_INTEGER && told->integer == 1;
            freeReplyObject(got);
            if (!is_sold) throw std::runtime_error{"the counter sold nothing"};
        }
    }

  private:
    static constexpr const char* text =
        "local counts = redis.call('HMGET', KEYS[1], 'total', 'sold')\n"
        "if tonumber(counts[2]) >= tonumber(counts[1]) then return 0 end\n"
        "redis.call('HINCRBY', KEYS[1], 'sold', 1)\n"
        "return 1\n";

    redisContext* redis_;
    redis::session session_;
    std::string script_;
};

std::int64_t count_up(const std::string& socket, std::int64_t pipeline, std::chrono::seconds time) {
    bare_counter counter{socket};
    return sell_for(time, pipeline, [&](std::int64_t) { counter.sell(pipeline); });
}

std::int64_t sell_in_batches(const std::string& socket, std::int64_t batch,
                             std::chrono::seconds time, bool named) {
    auto session = connect_to(socket);
    test::ledger_client ledger{session, "demo"};
    ledger.open({.total = plenty, .hold_ms = 900'000});
    return sell_for(time, batch, [&](std::int64_t sold) {
        if (ledger.reserve(purchases(sold + 1, batch, named)).items.back().status != "held")
            throw std::runtime_error{"the ledger sold nothing"};
    });
}

std::int64_t reserve(const std::string& socket, std::int64_t batch, std::chrono::seconds time) {
    return sell_in_batches(socket, batch, time, true);
}

std::int64_t reserve_unnamed(const std::string& socket, std::int64_t batch,
                             std::chrono::seconds time) {
    return sell_in_batches(socket, batch, time, false);
}

using seller = std::int64_t (*)(const std::string&, std::int64_t, std::chrono::seconds);

/// Null if there is none.
seller seller_named(std::string_view name) {
    if (name == "counter") return count_up;
    if (name == "reserve") return reserve;
    if (name == "unnamed") return reserve_unnamed;
    return nullptr;
}

}  // namespace

}  // namespace onsale::bench

int main(int argc, char** argv) {
    using namespace onsale;
    const auto sell = argc == 5 ? bench::seller_named(argv[2]) : nullptr;
    if (sell == nullptr) {
        std::fprintf(stderr, "Usage: %s SOCKET counter|reserve|unnamed AT_ONCE SECONDS\n", argv[0]);
        return 2;
    }
    const auto at_once = parse_integer(argv[3]).value_or(1);
    const std::chrono::seconds time{parse_integer(argv[4]).value_or(1)};
    std::printf("%lld\n", static_cast<long long>(sell(argv[1], at_once, time)));
}
