#include "integration/node_test.hpp"
#include "support/command_stats.hpp"
#include "support/program.hpp"
#include "support/tcp_gate.hpp"

// The article's single node and its stat log (design §6), and what a sale costs the ledger.

namespace onsale::test {

using Article = node_test;

// L14, with the settings of config/seed.toml.
TEST_F(Article, NodeOf150TicketsSellsExactlyThose) {
    open({.total = 10'000});
    const auto& one = start({"node.local_stock=150", "node.top_up=false"});
    const auto load = run_ab({"-q", "-l", "-n", "10000", "-c", "100"}, ticket_url(one.port()));
    EXPECT_EQ(load.complete, 10'000);
    EXPECT_EQ(load.failed + load.non_2xx, 0) << load.output;
    EXPECT_EQ(number("sold"), 150);
    EXPECT_EQ(get(one.port(), "/buy/ticket").body, sold_out_body);
    ASSERT_TRUE(wait_until([&] { return count_stat_lines(one).all == 10'001; }));
    EXPECT_EQ(count_stat_lines(one).sold, 150);
    EXPECT_TRUE(one.says("top_up is off")) << one.log();
}

TEST_F(Article, SettingsAreThoseOfTheSeedProfile) {
    const auto seed = text_of(project_config() / "seed.toml");
    for (const auto* line : {"port = 3005", "local_stock = 150", "top_up = false"}) {
        EXPECT_NE(seed.find(line), std::string::npos) << line;
    }
}

TEST_F(Article, StatLogHasALineForEachPurchaseInTheirOrder) {
    const auto& one = sell({.total = 2});
    for (int i = 0; i < 3; ++i) {
        get(one.port(), "/buy/ticket");
    }
    post(one.port(), reserve_path, order_of("ada"));
    get(one.port(), "/nothing");
    get(one.port(), "/v1/sales/demo");
    ASSERT_TRUE(wait_until([&] { return count_stat_lines(one).all >= 4; }));
    EXPECT_EQ(text_of(one.stat_log()),
              "result:1,localSales:1\nresult:1,localSales:2\n"
              "result:0,localSales:3\nresult:0,localSales:4\n");
}

TEST_F(Article, StatLogIsAppendedToInEveryLife) {
    auto& one = sell({.total = 5});
    get(one.port(), "/buy/ticket");
    one.terminate();  // written at the end, whatever the tick
    EXPECT_EQ(one.wait(10s), 0);
    EXPECT_EQ(count_stat_lines(one).sold, 1);
    one.start();
    get(one.port(), "/buy/ticket");
    EXPECT_TRUE(wait_until([&] { return count_stat_lines(one).sold == 2; }));
}

// L16: one call per batch, not per ticket. A reply takes 5 ms, in which a batch gathers on a
// machine of any speed.
TEST_F(Article, CrowdCostsTheLedgerOneCallPerBatch) {
    open({.total = 20'000});
    tcp_gate slow{redis.endpoint()};
    slow.delay(0ms, 5ms);
    const node one{slow.endpoint()};
    reset_command_counts(ledger);
    const auto sold_all = [&] { return number("sold") == 20'000; };
    for (int i = 0; i < 10 && !sold_all(); ++i) {
        const auto load = run_wrk({"-t1", "-c100", "-d2s"}, ticket_url(one.port()));
        EXPECT_EQ(load.failed + load.non_2xx, 0) << load.output;
    }
    EXPECT_TRUE(sold_all());
    const auto counts = command_counts(ledger);
    EXPECT_LT(counts.at("evalsha"), 20'000 / 4);
    EXPECT_LT(counts.at("hset"), 20'000 / 2);  // and those inside the scripts are variadic
}

}  // namespace onsale::test
