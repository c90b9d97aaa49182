#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <ostream>
#include <thread>

// Redis answers, and says no: errors that prove that nothing ran (L18). The buyer hears "try
// again", the token goes back, and once Redis takes commands again everything sells.

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

using commands = std::vector<std::vector<std::string>>;

struct refusal {
    std::string name;  ///< what Redis says first
    commands begin;
    commands end;
    std::vector<std::string> arguments{};
};

void PrintTo(const refusal& one, std::ostream* out) {
    *out << one.name;
}

class LedgerRefuses : public testing::TestWithParam<refusal> {};

void run_all(stage& on, const commands& list) {
    for (const auto& words : list) {
        on.command(words);
    }
}

/// What Redis says to a purchase now.
std::string error_now(stage& on) {
    return error_of([&] { on.ledger().reserve({}); });
}

/// Local stock is a fixed number and never topped up: a token that is not given back is a ticket
/// that the node cannot sell afterwards.
TEST_P(LedgerRefuses, AndTheTokensComeBackAndSellLater) {
    stage on{{.nodes = 1,
              .settings = {"node.top_up=false", "node.local_stock=5"},
              .redis = {.arguments = GetParam().arguments}}};
    const auto port = on.ports()[0];
    std::filesystem::create_directory(on.redis.directory() / "blocked.rdb");
    run_all(on, GetParam().begin);
    ASSERT_TRUE(wait_until([&] { return error_now(on).starts_with(GetParam().name); }))
        << error_now(on);
    for (int i = 0; i < 12; ++i) {
        const auto answer = buy_at(port, "early-" + std::to_string(i));
        EXPECT_EQ(answer.status, 503U);
        EXPECT_EQ(answer.code, "busy");
        EXPECT_LT(answer.told_ms - answer.asked_ms, 4'000);
    }
    run_all(on, GetParam().end);
    ASSERT_TRUE(wait_until([&] { return on.nodes[0]->is_ready(); }));
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(buy_at(port, "later-" + std::to_string(i)).status, 201U);
    }
    EXPECT_EQ(buy_at(port, "last").code, "sold_out") << "five tokens, not one more";
    EXPECT_EQ(on.sold(), 5);
    EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");
}

const refusal out_of_memory{
    "OOM", {{"CONFIG", "SET", "maxmemory", "100kb"}}, {{"CONFIG", "SET", "maxmemory", "0"}}};
const refusal read_only{
    "READONLY", {{"REPLICAOF", "127.0.0.1", "1"}}, {{"REPLICAOF", "NO", "ONE"}}};
const refusal no_replicas{"NOREPLICAS",
                          {{"CONFIG", "SET", "min-replicas-to-write", "1"}},
                          {{"CONFIG", "SET", "min-replicas-to-write", "0"}}};
/// A snapshot that cannot be written: a directory stands where its file should be.
const refusal cannot_save{"MISCONF",
                          {{"CONFIG", "SET", "save", "3600 1"}, {"BGSAVE"}},
                          {{"CONFIG", "SET", "save", ""}},
                          {"--dbfilename", "blocked.rdb"}};

INSTANTIATE_TEST_SUITE_P(Saying, LedgerRefuses,
                         testing::Values(out_of_memory, read_only, no_replicas, cannot_save),
                         [](const auto& tested) { return tested.param.name; });

TEST(LedgerBusy, WithSomebodysEndlessScriptSellsAgainWhenItIsKilled) {
    stage on{{.nodes = 1,
              .settings = {"node.top_up=false", "node.local_stock=5"},
              .redis = {.arguments = {"--busy-reply-threshold", "30"}}}};
    const auto port = on.ports()[0];
    std::thread endless{[&] {
        auto session = on.redis.connect();
        static_cast<void>(session.command({"EVAL", "while true do end", "0"}));
    }};
    const auto error = [&] { return error_of([&] { on.command({"GET", "something"}); }); };
    const bool busy = wait_until([&] { return error().starts_with("BUSY"); });
    for (int i = 0; i < 8; ++i) {
        EXPECT_EQ(buy_at(port, "early-" + std::to_string(i)).code, "busy");
    }
    on.command({"SCRIPT", "KILL"});
    endless.join();
    EXPECT_TRUE(busy);
    ASSERT_TRUE(wait_until([&] { return on.nodes[0]->is_ready(); }));
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(buy_at(port, "later-" + std::to_string(i)).status, 201U);
    }
    EXPECT_EQ(on.sold(), 5);
}

/// Redis reads a long append-only file: it answers, but only to say so, and only after each 1,024
/// commands. These are many, with few delays: it is to be slow, and never silent for 500 ms.
TEST(LedgerLoading, SellsAgainWhenItHasLoaded) {
    stage on{
        {.nodes = 2, .total = crowd::endless, .redis = {.arguments = {"--key-load-delay", "-10"}}}};
    for (int i = 0; i < 10; ++i)
        on.command({"EVAL", "for i = 1, 30000 do redis.call('SET', 'filler' .. i, i) end", "0"});
    auto chosen = on.visitors();
    chosen.pause = 10ms;
    crowd buyers{chosen};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() >= 30; }));
    on.crash_redis();
    buyers.stop();
    buyers.join();
    EXPECT_TRUE(on.nodes[0]->says("LOADING")) << on.nodes[0]->log();
    EXPECT_EQ(buyers.count(409), 0);
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_TRUE(on.all_sell());
    on.withdraw_all_but(200);
    on.sell_the_rest();
    EXPECT_EQ(on.sold(), on.total());
}

}  // namespace

}  // namespace onsale::test
