#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <ostream>

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
        EXPECT_NE(one->log().find(GetParam().key), std::string::npos) << "loudly";
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
