#include "orders/order_test.hpp"

// Rows follow the journal (L24, P8), and never move back.

namespace onsale::test {

namespace {

using OrderRows = orders_test;

TEST_P(OrderRows, P8FollowTheJournalThroughEveryState) {
    open({.total = 100, .hold_ms = 3'600'000});
    start_writer();
    ledger.reserve({{id_of(1), "ada", 2},
                    {id_of(2), "O'Brien \"{x,y}\" \\n :name", 1},
                    {id_of(3), "", 3},
                    {id_of(4), "NULL", 1},
                    {id_of(5), "eve", 1}});
    ledger.settle(id_of(1), reservation_state::paid);
    ledger.settle(id_of(2), reservation_state::cancelled);
    ledger.settle(id_of(3), reservation_state::refunded);
    ledger.settle(id_of(4), reservation_state::expired);
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(cell(1, "state"), "paid");
    EXPECT_EQ(cell(2, "state"), "cancelled");
    EXPECT_EQ(cell(3, "state"), "refunded");
    EXPECT_EQ(cell(4, "state"), "expired");
    EXPECT_EQ(cell(5, "state"), "held");
    EXPECT_EQ(rows(), 5);
}

TEST_P(OrderRows, P8SayWhatTheLedgerSays) {
    open({.total = 100});
    start_writer();
    ledger.reserve({{id_of(1), "ada", 2}, {id_of(2), "O'Brien \"{x,y}\" \\n :name", 1}});
    ledger.reserve({{id_of(3), "", 3}, {id_of(4), "NULL", 1}});
    ledger.settle(id_of(1), reservation_state::paid);
    ledger.settle(id_of(3), reservation_state::refunded);
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(differences(ledger, orders), "");
    EXPECT_EQ(cell(2, "buyer"), "O'Brien \"{x,y}\" \\n :name");
}

TEST_P(OrderRows, AnEndedOrderKeepsTheNumbersItHad) {
    open();
    ledger.reserve({{id_of(1), "ada", 2}});
    ledger.settle(id_of(1), reservation_state::cancelled);  // in one transaction with the first
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(cell(1, "tickets"), "1-2");
    ledger.reserve({{id_of(2), "bob", 2}});
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    const auto numbers = cell(2, "tickets");
    ledger.settle(id_of(2), reservation_state::cancelled);  // in a later one
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(cell(2, "tickets"), numbers);
    EXPECT_EQ(cell(2, "state"), "cancelled");
}

TEST_P(OrderRows, OfABacklogAreAllThere) {
    open({.total = 20'000});
    for (std::int64_t n = 0; n < 19'200; n += 192)
        ledger.reserve(wishes(n + 1, 192));
    for (std::int64_t n = 19'200; n < 19'500; ++n)
        ledger.reserve(wishes(n + 1, 1));
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 19'500);
    EXPECT_EQ(differences(ledger, orders), "");
}

TEST_P(OrderRows, OfASaleOpenedLaterAreThereToo) {
    open();
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    ledger_client next{session, "G102"};
    next.open();
    next.reserve(wishes(1, 3));
    EXPECT_TRUE(wait_until([&] { return rows() == 3; }, patience)) << writer->log();
    EXPECT_EQ(differences(next, orders), "");
}

TEST_P(OrderRows, L24NeverMoveBack) {
    open();
    start_writer();
    ledger.reserve({{id_of(1), "ada", 1}, {id_of(2), "bob", 1}});
    ASSERT_TRUE(becomes_ordered());
    orders.execute("UPDATE orders SET version = 1000, state = 'paid' WHERE buyer = 'ada'");
    orders.execute("UPDATE orders SET epoch = 2, version = 1, state = 'paid' WHERE buyer = 'bob'");
    ledger.settle(id_of(1), reservation_state::cancelled);
    ledger.settle(id_of(2), reservation_state::cancelled);
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(cell(1, "state"), "paid");
    EXPECT_EQ(cell(2, "state"), "paid");
}

TEST_P(OrderRows, L24OneRecordAfterTheOtherInTheSameEntry) {
    open();
    const auto record = [](const std::string& state) {
        return id_of(1) + " 1|" + state + "|1|1|5|5|5|1|2||0|ada";
    };
    ledger.append_to_journal(
        {"format", "1", "change", "settle", "records", record("held") + "\n" + record("paid")});
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(cell(1, "state"), "paid");
    EXPECT_EQ(cell(1, "place"), "1");
}

TEST_P(OrderRows, RefundsAreOwedUntilTheyAreDone) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 1));
    ledger.settle(id_of(1), reservation_state::refunded);
    const auto refund = [&](const std::string& column) {
        const auto found = orders.column("SELECT CAST(" + column + " AS TEXT) FROM refunds");
        return found.size() == 1 ? found.front() : std::to_string(found.size()) + " rows";
    };
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(refund("reservation"), "G101." + id_of(1));
    EXPECT_EQ(refund("state"), "due");
    EXPECT_EQ(refund("reason"), "refunded");
    EXPECT_EQ(refund("amount"), "4200");
    EXPECT_EQ(cell(1, "refund_due"), "4200");
    ledger.settle_one({id_of(1), "refund_done"});
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(refund("state"), "done");
    EXPECT_EQ(refund("CASE WHEN done_ms >= since_ms THEN 'later' ELSE 'before' END"), "later");
    EXPECT_EQ(cell(1, "refund_due"), "0");
}

TEST_P(OrderRows, L28OfASaleHoldItsTermsAndWhatBecameOfIt) {
    open({.total = 10, .limit = 3, .hold_ms = 60'000});
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    const auto sale = [&](const std::string& column) {
        return orders.column("SELECT CAST(" + column + " AS TEXT) FROM sales").at(0);
    };
    EXPECT_EQ(sale("state"), "open");
    EXPECT_EQ(sale("total"), "10");
    EXPECT_EQ(sale("buyer_limit"), "3");
    EXPECT_EQ(sale("hold_ms"), "60000");
    EXPECT_EQ(sale("price"), ledger.field("price"));
    EXPECT_EQ(sale("salt"), ledger.field("salt"));
    EXPECT_EQ(sale("opens_ms"), ledger.field("opens_ms"));
    ledger.adjust("restock_by", 5);
    ledger.adjust("withdraw", 2);
    ledger.reserve(wishes(1, 1));
    ledger.adjust("withdraw", 1);
    ledger.adjust("pause");
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(sale("total"), "12");
    EXPECT_EQ(sale("last"), "15");
    EXPECT_EQ(sale("withdrawn"), "1-2,4-4");
    EXPECT_EQ(sale("state"), "paused");
    EXPECT_EQ(sale("version"), ledger.field("version"));
}

ON_BOTH_DATABASES(OrderRows);

}  // namespace

}  // namespace onsale::test
