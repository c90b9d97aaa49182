#include "orders/order_test.hpp"

// The database, or the ledger, goes away and comes back (P8, L29).

namespace onsale::test {

namespace {

using OrderOutage = orders_test;

TEST_P(OrderOutage, P8OfTheDatabaseStopsNoSaleAndLosesNoOrder) {
    open({.total = 100'000});
    start_writer();
    seller sales{redis, ledger.sale(), 100'000};
    ASSERT_TRUE(wait_until([&] { return position() > 5; }, patience)) << writer->log();
    orders.take_away();
    const auto before = sales.sold();
    ASSERT_TRUE(tells(*writer, "trying again"));
    ASSERT_TRUE(wait_until([&] { return sales.sold() > before + 200; }, patience));
    EXPECT_GT(ledger.command({"XLEN", ledger.key("journal")}).integer, 10) << "the journal waits";
    orders.bring_back();
    ASSERT_TRUE(tells(*writer, "is back"));
    sales.stop();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), sales.sold());
    EXPECT_EQ(differences(ledger, orders), "");
}

/// What is reported is committed: at any time, and while nothing can be committed.
TEST_P(OrderOutage, L26OrderedIsNeverAheadOfTheRows) {
    open({.total = 100'000});
    start_writer();
    seller sales{redis, ledger.sale(), 100'000};
    ASSERT_TRUE(wait_until([&] { return ordered().version > 5; }, patience)) << writer->log();
    for (int looks = 0; looks < 60; ++looks) {
        const auto reported = ordered().version;
        ASSERT_LE(reported, position());
    }
    orders.take_away();
    const auto sold = sales.sold();
    ASSERT_TRUE(wait_until([&] { return sales.sold() > sold + 200; }, patience));
    const auto reported = ordered();
    EXPECT_LT(reported, ledger.read().says.says.at);
    orders.bring_back();
    EXPECT_LE(reported.version, position());
    sales.stop();
    EXPECT_TRUE(becomes_ordered());
}

/// Something else has written over it, say. All journals are read by one command.
TEST_P(OrderOutage, P8OfOneJournalHoldsNoOtherSaleUp) {
    open();
    ledger_client far{session, "far"};
    ASSERT_EQ(far.open({.total = 20}).verdict, "done");
    start_writer();
    ledger.reserve(wishes(1, 10));
    far.reserve(wishes(1, 10));
    ASSERT_TRUE(becomes_ordered());
    far.command({"SET", far.key("journal"), "what another program writes"});
    ledger.reserve(wishes(11, 10));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_TRUE(tells(*writer, "sale far: the ledger cannot read it, its orders wait: DAMAGED"));
    far.command({"DEL", far.key("journal")});
    far.reserve(wishes(11, 10));
    const auto rows_of_far = [&] {
        return orders.number("SELECT count(*) FROM orders WHERE sale = 'far'");
    };
    EXPECT_TRUE(wait_until([&] { return rows_of_far() == 20; }, patience)) << writer->log();
}

TEST_P(OrderOutage, OfRedisEndsNothing) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 10));
    ASSERT_TRUE(becomes_ordered());
    redis.kill();
    ASSERT_TRUE(tells(*writer, "trying again"));
    redis.start();
    session = redis.connect();
    ledger.reserve(wishes(11, 10));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(state(), "open");
    EXPECT_EQ(differences(ledger, orders), "");
}

ON_BOTH_DATABASES(OrderOutage);

}  // namespace

}  // namespace onsale::test
