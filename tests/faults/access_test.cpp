#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/limits.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <thread>
#include <utility>

// How the ledger is reached and entered: TCP, user, password, database; and what a node does that
// is not let in, or not everywhere (L18).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr const char* password = "open sesame";

/// A Redis with a user for nodes, a sale in database 3, and a gate in front.
class LedgerAccess : public testing::Test {
  protected:
    LedgerAccess() {
        grant({"reset", "on", ">" + std::string{password}, "~onsale:*", "+@all"});
        ledger.open();
    }

    void grant(std::vector<std::string> rules) {
        rules.insert(rules.begin(), {"ACL", "SETUSER", "nodes"});
        ledger.command(rules);
    }

    [[nodiscard]] static redis::endpoint in_database(redis::endpoint to) {
        to.database = 3;
        return to;
    }

    /// Its file holds `word`.
    [[nodiscard]] std::string file_with(const std::string& word) const {
        const auto file = (redis.directory() / "password").string();
        std::ofstream{file} << word << '\n';
        return file;
    }

    [[nodiscard]] node make_node(const std::string& word, bool becomes_ready,
                                 std::vector<std::string> settings = {}) {
        settings.insert(settings.end(),
                        {"redis.user=nodes", "redis.password_file=" + file_with(word)});
        return node{gate.endpoint(), {.settings = settings, .becomes_ready = becomes_ready}};
    }

    /// How often Redis has refused to run `command`.
    [[nodiscard]] int refusals_of(const std::string& command) {
        const auto stats = ledger.command({"INFO", "commandstats"}).text;
        const auto at = stats.find("cmdstat_" + command + ":");
        if (at == std::string::npos) return 0;
        const std::string field = "rejected_calls=";
        return std::stoi(stats.substr(stats.find(field, at) + field.size()));
    }

    [[nodiscard]] std::string sold() { return ledger.field("sold"); }

    redis_server redis{{.tcp = true}};
    redis::session session =
        std::move(*redis::session::connect(in_database(redis.endpoint()), 10s));
    ledger_client ledger{session, stage::sale};
    tcp_gate gate{in_database(redis.tcp_endpoint())};
};

TEST_F(LedgerAccess, WithUserPasswordAndDatabaseSellsAndSurvivesALostReply) {
    const auto one = make_node(password, true);
    EXPECT_EQ(buy_at(one.port(), "alice").status, 201U);
    gate.drop_replies_at("bob");
    EXPECT_EQ(buy_at(one.port(), "bob").status, 201U);
    EXPECT_GE(metric(one.port(), "onsale_ledger_fences_total"), 1);
    EXPECT_EQ(sold(), "2");
    auto elsewhere = redis.connect();
    EXPECT_EQ(elsewhere.command({"DBSIZE"})->integer, 0) << "only in its own database";
}

TEST_F(LedgerAccess, ByNameSellsToo) {
    const auto one = make_node(password, true, {"redis.host=localhost"});
    EXPECT_EQ(buy_at(one.port(), "alice").status, 201U);
}

TEST_F(LedgerAccess, ByANameThatNobodyKnowsIsNotReady) {
    const auto one = make_node(password, false, {"redis.host=nowhere.invalid"});
    ASSERT_TRUE(wait_until([&] { return one.readiness() == 503; }));
    EXPECT_TRUE(one.says("nowhere.invalid"));
    EXPECT_EQ(buy_at(one.port(), "alice").status, 503U);
}

TEST_F(LedgerAccess, WithAWrongPasswordIsNotReadyUntilItIsRight) {
    const auto one = make_node("wrong", false);
    ASSERT_TRUE(wait_until([&] { return one.readiness() == 503; }));
    EXPECT_TRUE(one.says("WRONGPASS"));
    EXPECT_EQ(one.log().find("wrong\n"), std::string::npos) << "no password in the log";
    EXPECT_EQ(buy_at(one.port(), "alice").status, 503U);
    EXPECT_EQ(sold(), "0");
    grant({">wrong"});
    EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), "bob").is_yes(); }));
}

TEST_F(LedgerAccess, WithoutTheRightToRunScriptsTakesNothing) {
    const auto one = make_node(password, true);
    grant({"-evalsha"});
    EXPECT_EQ(buy_at(one.port(), "alice").code, "busy");
    EXPECT_TRUE(one.says("NOPERM"));
    grant({"+evalsha"});
    EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), "bob").is_yes(); }));
    EXPECT_EQ(sold(), "1");
}

/// A script that is stopped half-way has sold what nobody counted (P1): who may not do all of it
/// does not begin.
TEST_F(LedgerAccess, WithoutTheRightToACommandOfAScriptSellsNothing) {
    for (const std::string command : {"zadd", "rpush", "xadd", "hset"}) {
        SCOPED_TRACE(command);
        grant({"-" + command});
        const auto one = make_node(password, false);
        std::string name = command;
        std::transform(name.begin(), name.end(), name.begin(), ::toupper);
        ASSERT_TRUE(one.says("which a sale takes: " + name));
        EXPECT_EQ(one.readiness(), 503U);
        EXPECT_EQ(buy_at(one.port(), "alice").status, 503U);
        EXPECT_EQ(ledger.field("state"), "open") << "and nothing has to be rebuilt";
        grant({"+" + command});
        EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), command).is_yes(); }));
    }
    EXPECT_EQ(sold(), "4");
}

/// The check is a script itself, which Redis may have lost.
TEST_F(LedgerAccess, P1WithoutARightSellsNothingThoughTheScriptsAreLost) {
    grant({"-zadd"});
    const auto one = make_node(password, false);
    ASSERT_TRUE(one.says("which a sale takes: ZADD"));
    const auto until = std::chrono::steady_clock::now() + 3 * limits::durability_every;
    while (std::chrono::steady_clock::now() < until) {
        redis.flush_scripts();
        ASSERT_EQ(buy_at(one.port(), "alice").status, 503U);
    }
    EXPECT_EQ(ledger.field("state"), "open");
    grant({"+zadd"});
    EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), "bob").is_yes(); }));
}

/// A second may go by until a node sees it; no ticket is sold twice meanwhile.
TEST_F(LedgerAccess, P1ThatLosesARightWhileItSellsFreezesTheSale) {
    const auto one = make_node(password, true);
    EXPECT_EQ(buy_at(one.port(), "alice").status, 201U);
    // If the node's check comes before bob, it does not sell, and nothing is torn: again, then.
    EXPECT_TRUE(wait_until([&] {
        EXPECT_TRUE(wait_until([&] { return one.is_ready(); }));
        grant({"-zadd"});
        for (int i = 0; i < 5; ++i)
            EXPECT_FALSE(buy_at(one.port(), "bob-" + std::to_string(i)).is_yes());
        EXPECT_EQ(sold(), "1");
        grant({"+zadd"});
        return ledger.field("state") == "frozen";
    }));
    EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), "cy").code == "frozen"; }));
}

/// Who cannot see whether the ledger is durable must take it that it is not (L7).
TEST_F(LedgerAccess, WithoutTheRightToSeeTheSettingsIsNotReady) {
    grant({"-config"});
    const auto one = make_node(password, false);
    const auto says_so = [&] {
        return one.readiness() == 503 &&
               get(one.port(), "/readyz").body.find("durable") != std::string::npos;
    };
    EXPECT_TRUE(wait_until(says_so));
    EXPECT_EQ(buy_at(one.port(), "alice").status, 503U);
    EXPECT_EQ(sold(), "0");
}

/// How long the memory lasts is worth knowing (L29), but nobody has to know it in order to sell.
TEST_F(LedgerAccess, WithoutTheRightToSeeTheMemorySellsAndSaysOnceWhatIsMissing) {
    grant({"-info", "+info|server"});
    const auto one = make_node(password, true);
    const std::string refusal = "memory lasts is not known: INFO memory: NOPERM";
    const auto asked = [&] { return refusals_of("info"); };
    ASSERT_TRUE(wait_until([&] { return asked() >= 3; }));
    EXPECT_EQ(buy_at(one.port(), "alice").status, 201U);
    EXPECT_EQ(gauge(one.port(), "onsale_ledger_memory_bytes"), std::nullopt);
    const auto log = one.log();
    EXPECT_NE(log.find(refusal), std::string::npos) << log;
    EXPECT_EQ(log.find(refusal), log.rfind(refusal)) << log;
    const auto known = [&] { return gauge(one.port(), "onsale_ledger_memory_bytes").has_value(); };
    grant({"+info"});
    EXPECT_TRUE(wait_until(known));
    grant({"-info", "+info|server"});
    EXPECT_TRUE(wait_until([&] { return !known(); }));
    EXPECT_EQ(buy_at(one.port(), "bob").status, 201U);
}

/// Who cannot kill the old connection must not send again.
TEST_F(LedgerAccess, WithoutTheRightToFenceSendsNothingAgain) {
    const auto one = make_node(password, true);
    grant({"-client|kill"});
    gate.stall_at("alice");
    told doubt;
    std::thread asking{[&] { doubt = buy_at(one.port(), "alice"); }};
    const bool stuck = wait_until([&] { return gate.keeps("alice"); });
    asking.join();
    EXPECT_TRUE(stuck);
    EXPECT_EQ(doubt.status, 202U);
    EXPECT_EQ(one.readiness(), 503U);
    EXPECT_EQ(metric(one.port(), "onsale_ledger_resent_total"), 0);
    EXPECT_EQ(sold(), "0");
    grant({"+client|kill"});
    EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), "bob").is_yes(); }));
    gate.release();
    EXPECT_EQ(get(one.port(), "/v1/reservations/" + doubt.reservation).status, 404U);
}

}  // namespace

}  // namespace onsale::test
