#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <thread>

// Redis is killed and starts again on its data; its scripts are lost (P3, P5, L18).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

TEST(RedisKilled, AgainAndAgainTheSaleEndsExactAndNoTicketIsMissing) {
    stage on{{.nodes = 2, .total = 3'000}};
    auto chosen = on.visitors(3'300);
    chosen.pause = 5ms;
    chosen.tries = 60;
    crowd buyers{chosen};
    buyers.start();
    for (const std::int64_t sold : {400, 1'100, 1'800}) {
        ASSERT_TRUE(wait_until([&] { return on.sold() >= sold; }, 10s));
        on.crash_redis();
    }
    buyers.join();
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_EQ(on.sold(), 3'000);
    EXPECT_EQ(buyers.count(409, "sold_out"), 300);
}

/// Whoever asks once, while Redis is away.
TEST(RedisKilled, WhileItIsAwayNobodyIsToldSoldOut) {
    stage on{{.nodes = 2, .total = 500}};
    auto chosen = on.visitors(300);
    chosen.pause = 40ms;
    crowd buyers{chosen};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() >= 50; }, 10s));
    on.redis.kill();
    std::this_thread::sleep_for(2'500ms);
    on.redis.start();
    on.reconnect();
    buyers.join();
    EXPECT_LT(buyers.slowest(), 4s);
    EXPECT_EQ(buyers.count(409), 0);
    EXPECT_GT(buyers.count(503, "busy"), 0);
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_TRUE(on.all_sell_within(5s));
}

TEST(ScriptsFlushed, NobodyNotices) {
    stage on{{.nodes = 2, .total = 1'000}};
    auto chosen = on.visitors(1'100);
    chosen.pause = 3ms;
    crowd buyers{chosen};
    buyers.start();
    for (int i = 0; i < 20; ++i) {
        on.redis.flush_scripts();
        std::this_thread::sleep_for(50ms);
    }
    buyers.join();
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_EQ(buyers.count(503) + buyers.count(202), 0);
    EXPECT_EQ(on.sold(), 1'000);
}

/// With no purchase to bring it to light.
TEST(ScriptsFlushed, AnIdleNodeLearnsOfTheNextSale) {
    stage on{{.nodes = 1}};
    on.redis.flush_scripts();
    auto session = on.redis.connect();
    ledger_client next{session, "G102"};
    next.open();
    // The operator's command has loaded what it needs, which may be all that the node needs.
    on.redis.flush_scripts();
    EXPECT_TRUE(wait_until([&] { return buy_at(on.ports()[0], "alice", "G102").is_yes(); }, 5s));
}

TEST(ScriptsFlushed, AnIdleNodesWordStaysFresh) {
    stage on{{.nodes = 1}};
    on.redis.flush_scripts();
    const auto as_of = [&] { return get(on.ports()[0], "/v1/sales/G101").at("as_of"); };
    const auto before = as_of();
    EXPECT_TRUE(wait_until([&] { return as_of() != before; }, 5s));
    const auto later = as_of();
    EXPECT_TRUE(wait_until([&] { return as_of() != later; }, 5s));
}

}  // namespace

}  // namespace onsale::test
