#include "orders/order_test.hpp"

// What cannot become a row is a dead letter, and holds nothing up (L27).

namespace onsale::test {

namespace {

class DeadLetters : public orders_test {
  protected:
    [[nodiscard]] long long open_letters() {
        return orders.number("SELECT count(*) FROM dead_letters WHERE state = 'open'");
    }

    /// Digits of the reservations that the ledger knows to have none.
    [[nodiscard]] texts known_to_the_ledger() {
        texts digits;
        for (const auto& one : ledger.command({"SMEMBERS", ledger.key("letters")}).list)
            digits.push_back(one.text);
        return digits;
    }

    void restart_writer() {
        ASSERT_EQ(writer->stop(), 0) << writer->log();
        writer->start();
    }
};

TEST_P(DeadLetters, L27AreRecordsThatCannotBeUnderstood) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 2));
    const auto good = id_of(3) + " 1|held|1|3|9|9|0|1|3||0|ada";
    const auto bad = id_of(4) + " 9|held|something new \x01\\";
    ledger.append_to_journal({"format", "1", "change", "reserve", "records", good + "\n" + bad});
    ledger.reserve(wishes(10, 2));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 5) << "all the others";
    EXPECT_EQ(open_letters(), 1);
    EXPECT_EQ(orders.column("SELECT digits || ' ' || text FROM dead_letters").at(0),
              id_of(4) + " 9|held|something new \\x01\\x5c");
    EXPECT_EQ(known_to_the_ledger(), (texts{id_of(4)}));
    EXPECT_TRUE(tells(*writer, "ALARM"));
    restart_writer();
    ASSERT_TRUE(tells(*writer, "1 dead letters are open"));
    EXPECT_EQ(open_letters(), 1);
}

/// P8: a sale that the ledger cannot read holds no other one up.
TEST_P(DeadLetters, AreNotMadeOfASaleThatCannotBeRead) {
    open();
    ledger_client newer{session, "new"};
    newer.open();
    newer.reserve(wishes(50, 2));
    newer.command({"HSET", newer.key(), "format", "2"});
    start_writer();
    ledger.reserve(wishes(1, 3));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 3);
    EXPECT_EQ(open_letters(), 0);
    EXPECT_TRUE(tells(*writer, "ALARM sale new: the ledger cannot read it"));
    newer.command({"HSET", newer.key(), "format", "1"});
    EXPECT_TRUE(wait_until([&] { return rows() == 5; }, patience)) << writer->log();
}

TEST_P(DeadLetters, L27AreRowsThatTheDatabaseRefuses) {
    open();
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    orders.refuse_buyer("mallory");
    auto batch = wishes(1, 100);
    batch[17].buyer = batch[18].buyer = batch[99].buyer = "mallory";
    ledger.reserve(batch);
    ledger.reserve(wishes(200, 5));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 102);
    EXPECT_EQ(open_letters(), 3);
    EXPECT_EQ(known_to_the_ledger().size(), 3U);

    orders.refuse_nobody();
    restart_writer();
    ASSERT_TRUE(wait_until([&] { return rows() == 105; }, patience)) << writer->log();
    EXPECT_EQ(differences(ledger, orders), "");
    EXPECT_EQ(open_letters(), 0);
    EXPECT_TRUE(wait_until([&] { return known_to_the_ledger().empty(); }, patience));
}

TEST_P(DeadLetters, L27OfAReservationThatHasMovedOnIsResolved) {
    open();
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    orders.refuse_buyer("mallory", "state = 'held'");
    ledger.reserve({{id_of(1), "mallory", 1}});
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(rows(), 0);
    ASSERT_EQ(open_letters(), 1);
    ledger.settle(id_of(1), reservation_state::paid);
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(cell(1, "state"), "paid");
    EXPECT_EQ(open_letters(), 0);
    EXPECT_TRUE(wait_until([&] { return known_to_the_ledger().empty(); }, patience));
}

TEST_P(DeadLetters, L27OfAReservationThatHasEndedIsKeptForItsTickets) {
    open();
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    orders.refuse_buyer("mallory", "state = 'held'");
    ledger.reserve({{id_of(1), "mallory", 1}});
    ASSERT_TRUE(wait_until([&] { return open_letters() == 1; }, patience)) << writer->log();
    ledger.settle(id_of(1), reservation_state::cancelled);
    ASSERT_TRUE(wait_until([&] { return rows() == 1; }, patience)) << writer->log();
    EXPECT_EQ(cell(1, "tickets"), "");
    EXPECT_EQ(open_letters(), 1);

    orders.refuse_nobody();
    restart_writer();
    ASSERT_TRUE(wait_until([&] { return open_letters() == 0; }, patience)) << writer->log();
    EXPECT_EQ(cell(1, "state"), "cancelled");
    EXPECT_EQ(cell(1, "tickets"), "1");
    EXPECT_EQ(differences(ledger, orders), "");
}

/// Nobody knows whose it is: what is above it goes on, but is not called ordered.
TEST_P(DeadLetters, L27OfAWholeEntryHoldsOrderedBackAndNothingElse) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 2));
    ledger.append_to_journal(
        {"format", "2", "change", "reserve", "records", id_of(3) + " something\nnew"});
    ledger.reserve(wishes(10, 2));
    ASSERT_TRUE(wait_until([&] { return rows() == 4; }, patience)) << writer->log();
    ASSERT_TRUE(wait_until([&] { return ordered().version == 2; }, patience)) << writer->log();
    restart_writer();
    ASSERT_TRUE(tells(*writer, "1 dead letters are open"));
    ledger.reserve(wishes(20, 2));
    ASSERT_TRUE(wait_until([&] { return rows() == 6; }, patience));
    EXPECT_EQ(ordered().version, 2);
    EXPECT_EQ(open_letters(), 1);
}

TEST_P(DeadLetters, L27OfAWholeEntryGoesThroughOnceItIsUnderstood) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 2));
    const auto record = id_of(3) + " 1|held|1|3|9|9|0|1|3||0|a\\da";
    ledger.append_to_journal({"format", "2", "change", "reserve", "records", record});
    ASSERT_TRUE(wait_until([&] { return open_letters() == 1; }, patience)) << writer->log();
    orders.execute("UPDATE dead_letters SET text = replace(text, 'format=2', 'format=1')");
    restart_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(cell(3, "buyer"), "a\\da");
    EXPECT_EQ(open_letters(), 0);
}

/// What came after it could not tell which tickets those were.
TEST_P(DeadLetters, L27OfAWholeEntryStillTellsTheTicketsOfWhatHasEndedMeanwhile) {
    open();
    start_writer();
    const auto of = [&](const std::string& record) { return id_of(3) + " " + record; };
    ledger.append_to_journal(
        {"format", "2", "change", "reserve", "records", of("1|held|1|3|9|9|0|1|3||0|ada")});
    ledger.append_to_journal(
        {"format", "1", "change", "settle", "records", of("1|cancelled|1||9|9|9|1|3||0|ada")});
    ASSERT_TRUE(wait_until([&] { return rows() == 1; }, patience)) << writer->log();
    EXPECT_EQ(cell(3, "tickets"), "");
    orders.execute("UPDATE dead_letters SET text = replace(text, 'format=2', 'format=1')");
    restart_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(cell(3, "state"), "cancelled");
    EXPECT_EQ(cell(3, "tickets"), "3");
}

TEST_P(DeadLetters, L27InARecordOfTheLedgerThatFillsAHole) {
    open();
    ledger.reserve(wishes(1, 5));
    ledger.command({"HSET", ledger.key("reservations"), id_of(2), "nothing"});
    ledger.command({"DEL", ledger.key("journal")});
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 4);
    EXPECT_EQ(open_letters(), 1);
    EXPECT_EQ(known_to_the_ledger(), (texts{id_of(2)}));
}

ON_BOTH_DATABASES(DeadLetters);

}  // namespace

}  // namespace onsale::test
