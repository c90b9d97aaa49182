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
    stage on{{.nodes = 2, .total = crowd::endless}};
    auto chosen = on.visitors();
    chosen.pause = 5ms;
    chosen.tries = 60;
    crowd buyers{chosen};
    buyers.start();
    for (int i = 0; i < 3; ++i) {
        const auto before = on.sold();
        ASSERT_TRUE(wait_until([&] { return on.sold() >= before + 400; }));
        on.crash_redis();
    }
    EXPECT_TRUE(on.sells_out_to(buyers));
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_EQ(buyers.count(409, "sold_out"), buyers.size() - on.sold()) << "and nobody else";
}

/// Whoever asks once, while Redis is away.
TEST(RedisKilled, WhileItIsAwayNobodyIsToldSoldOut) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    auto chosen = on.visitors();
    chosen.pause = 40ms;
    crowd buyers{chosen};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() >= 50; }));
    on.redis.kill();
    const auto before = buyers.size();  // somebody has asked, and been told, while it was away
    EXPECT_TRUE(wait_until([&] { return buyers.size() > before + 2 * chosen.connections; }));
    on.redis.start();
    on.reconnect();
    buyers.stop();
    buyers.join();
    EXPECT_LT(buyers.slowest(), 4s);
    EXPECT_EQ(buyers.count(409), 0);
    EXPECT_GT(buyers.count(503, "busy"), 0);
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_TRUE(on.all_sell());
}

TEST(ScriptsFlushed, NobodyNotices) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    auto chosen = on.visitors();
    chosen.pause = 3ms;
    crowd buyers{chosen};
    buyers.start();
    for (int i = 0; i < 20; ++i) {
        const auto before = buyers.size();
        on.redis.flush_scripts();
        ASSERT_TRUE(wait_until([&] { return buyers.size() > before + 50; }));
    }
    EXPECT_TRUE(on.sells_out_to(buyers));
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_EQ(buyers.count(503) + buyers.count(202), 0);
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
    EXPECT_TRUE(wait_until([&] { return buy_at(on.ports()[0], "alice", "G102").is_yes(); }));
}

TEST(ScriptsFlushed, AnIdleNodesWordStaysFresh) {
    stage on{{.nodes = 1}};
    on.redis.flush_scripts();
    const auto as_of = [&] { return get(on.ports()[0], "/v1/sales/G101").at("as_of"); };
    const auto before = as_of();
    EXPECT_TRUE(wait_until([&] { return as_of() != before; }));
    const auto later = as_of();
    EXPECT_TRUE(wait_until([&] { return as_of() != later; }));
}

}  // namespace

}  // namespace onsale::test
