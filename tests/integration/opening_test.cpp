#include "integration/node_test.hpp"
#include "support/command_stats.hpp"
#include "support/program.hpp"

// The crowd before the opening: told "not open" from memory, and served when it opens.

namespace onsale::test {

using Opening = node_test;

TEST_F(Opening, CostsTheLedgerNothingPerRequestBeforeAndSellsWithin300MsAfter) {
    const auto opens = ledger.read().says.says.now + 3'000;
    const auto& one = sell({.total = 100, .opens_ms = opens});
    reset_command_counts(ledger);
    const auto load = run_ab({"-q", "-k", "-n", "5000", "-c", "50"}, ticket_url(one.port()));
    EXPECT_EQ(load.complete, 5000);
    EXPECT_EQ(load.failed + load.non_2xx, 0) << load.output;
    EXPECT_LT(ledger.read().says.says.now, opens) << "the machine was too slow for this test";
    EXPECT_EQ(number("sold"), 0);
    EXPECT_LE(command_counts(ledger)["evalsha"], 30);

    http_client client{one.port()};
    while (client.get("/buy/ticket").at("code") != "1") {
        ASSERT_LT(ledger.read().says.says.now, opens + 2'000) << "it never opened";
    }
    const auto record = ledger.command({"HVALS", ledger.key("reservations")}).list.at(0).text;
    const auto bought = parse_record(id_of(0), record);
    ASSERT_TRUE(bought.has_value());
    EXPECT_GE(bought->reserved, opens);  // by the ledger's clock
    EXPECT_LE(bought->reserved, opens + 300);
}

// An opening that is moved is heard of like any other change.
TEST_F(Opening, IsByTheLedgersClock) {
    const auto now = ledger.read().says.says.now;
    const auto& one = sell({.opens_ms = now + 400});
    const auto before = get(one.port(), "/buy/ticket");
    EXPECT_EQ(before.at("reason"), "not_open") << before.body;
    EXPECT_TRUE(wait_until([&] { return get(one.port(), "/buy/ticket").at("code") == "1"; }, 2s));
    EXPECT_GE(ledger.read().says.says.now, now + 400);
}

}  // namespace onsale::test
