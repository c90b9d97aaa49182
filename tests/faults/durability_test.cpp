#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <thread>

// A ledger that does not keep what it acknowledges: the node refuses, and says why (L7).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

struct setting {
    const char* key;
    const char* wrong;
    const char* right;
};

void PrintTo(const setting& one, std::ostream* out) {
    *out << one.key << ' ' << one.wrong;
}

bool refuses(const node& one) {
    const auto answer = get(one.port(), "/readyz");
    return answer.status == 503 && answer.body.find("durable") != std::string::npos;
}

class Durability : public testing::TestWithParam<setting> {};

TEST_P(Durability, TakenAwayWhileItRunsStopsTheSaleUntilItIsBack) {
    stage on{{.nodes = 2}};
    ASSERT_TRUE(on.all_sell());
    on.command({"CONFIG", "SET", GetParam().key, GetParam().wrong});
    for (const auto& one : on.nodes) {
        EXPECT_TRUE(wait_until([&] { return refuses(*one); }));
        EXPECT_TRUE(one->says(GetParam().key)) << "loudly";
    }
    const auto before = on.sold();
    EXPECT_TRUE(all_told(on.ports(), 503, "busy"));
    EXPECT_EQ(on.sold(), before);
    on.command({"CONFIG", "SET", GetParam().key, GetParam().right});
    EXPECT_TRUE(on.all_sell());
}

INSTANTIATE_TEST_SUITE_P(Of, Durability,
                         testing::Values(setting{"appendfsync", "everysec", "always"},
                                         setting{"appendonly", "no", "yes"},
                                         setting{"no-appendfsync-on-rewrite", "yes", "no"},
                                         setting{"aof-load-truncated", "yes", "no"},
                                         setting{"maxmemory-policy", "allkeys-lru", "noeviction"}),
                         [](const auto& tested) {
                             std::string name = tested.param.key;
                             std::erase(name, '-');
                             return name;
                         });

/// Until the first rewrite after `appendonly` was switched on is done, a crash goes back to where
/// it was switched off, though Redis says that it is on.
class DurabilityOfAPart : public testing::Test {
  protected:
    void set(const std::string& key, const std::string& value) {
        ASSERT_EQ(on.command({"CONFIG", "SET", key, value}).text, "OK");
    }

    [[nodiscard]] bool is_rewriting() {
        const auto info = on.command({"INFO", "persistence"}).text;
        return info.find("aof_rewrite_in_progress:1") != std::string::npos;
    }

    /// All nodes refuse for as long as the rewrite goes on, and sell when it is done.
    void expect_that_all_wait_for_it() {
        for (const auto& one : on.nodes)
            ASSERT_TRUE(wait_until([&] { return refuses(*one) || !is_rewriting(); }));
        ASSERT_TRUE(is_rewriting());
        EXPECT_TRUE(all_told(on.ports(), 503, "busy"));
        while (is_rewriting()) {
            for (const auto& one : on.nodes)
                ASSERT_TRUE(refuses(*one) || !is_rewriting());
            std::this_thread::sleep_for(20ms);
        }
        EXPECT_TRUE(on.all_sell());
    }

    /// The sale has some keys, and each takes a rewrite a second.
    stage on{{.nodes = 2, .redis = {.arguments = {"--rdb-key-save-delay", "1000000"}}}};
};

TEST_F(DurabilityOfAPart, IsNotTheLedgersThoughItIsSwitchedOnAgain) {
    ASSERT_TRUE(on.all_sell());
    set("appendonly", "no");
    for (const auto& one : on.nodes)
        ASSERT_TRUE(wait_until([&] { return refuses(*one); }));
    set("appendonly", "yes");
    std::this_thread::sleep_for(1'100ms);  // past the next check
    ASSERT_TRUE(is_rewriting());
    expect_that_all_wait_for_it();
}

TEST_F(DurabilityOfAPart, IsNotTheLedgersThoughNoCheckSawItSwitchedOff) {
    ASSERT_TRUE(on.all_sell());
    set("appendonly", "no");
    set("appendonly", "yes");
    ASSERT_TRUE(is_rewriting());
    expect_that_all_wait_for_it();
}

/// By the counts there was no CONFIG SET, as before.
TEST_F(DurabilityOfAPart, IsNotTheLedgersThoughTheCountsWereSetBack) {
    ASSERT_TRUE(on.all_sell());
    std::this_thread::sleep_for(1'100ms);  // seen by a check
    set("appendonly", "no");
    set("appendonly", "yes");
    on.command({"CONFIG", "RESETSTAT"});
    ASSERT_TRUE(is_rewriting());
    expect_that_all_wait_for_it();
}

TEST_F(DurabilityOfAPart, IsNotTheLedgersForANodeThatStartsNow) {
    ASSERT_TRUE(on.all_sell());
    set("appendonly", "no");
    set("appendonly", "yes");
    node late{on.redis.endpoint(), {.becomes_ready = false}};
    ASSERT_TRUE(wait_until([&] { return late.readiness() == 503; }));
    ASSERT_TRUE(wait_until([&] { return refuses(late); }));
    EXPECT_TRUE(is_rewriting());
    EXPECT_EQ(buy_at(late.port(), "alice").status, 503U);
    EXPECT_TRUE(wait_until([&] { return !is_rewriting() && late.readiness() == 200; }));
}

/// It goes on while the ledger is written to the file anew, as it has to now and then; also if an
/// operator changes something else meanwhile.
TEST_F(DurabilityOfAPart, IsNotWhatAnOrdinaryRewriteLeaves) {
    ASSERT_TRUE(on.all_sell());
    std::this_thread::sleep_for(1'500ms);  // seen by a check
    on.command({"BGREWRITEAOF"});
    std::this_thread::sleep_for(2'500ms);
    set("maxmemory", "1gb");
    for (int i = 0; i < 60 && is_rewriting(); ++i) {
        for (const auto& one : on.nodes)
            ASSERT_EQ(one->readiness(), 200U) << one->log();
        ASSERT_TRUE(on.all_sell());
        std::this_thread::sleep_for(20ms);
    }
}

TEST(DurabilityAtStart, NotGivenMeansNotReady) {
    stage on{{.nodes = 0, .redis = {.arguments = {"--appendfsync", "everysec"}}}};
    node strict{on.redis.endpoint(), {.becomes_ready = false}};
    EXPECT_TRUE(wait_until([&] { return strict.readiness() == 503; }));
    EXPECT_TRUE(wait_until([&] { return refuses(strict); }));
    EXPECT_EQ(buy_at(strict.port(), "alice").status, 503U);
    EXPECT_EQ(on.sold(), 0);
}

TEST(DurabilityAtStart, SellsOnWhatTheConfigurationAsksFor) {
    stage on{{.nodes = 1,
              .settings = {"redis.durability=everysec"},
              .redis = {.arguments = {"--appendfsync", "everysec"}}}};
    EXPECT_TRUE(on.all_sell());
}

}  // namespace

}  // namespace onsale::test
