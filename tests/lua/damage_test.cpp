#include "lua/settle_test.hpp"

// Somebody has written over a record, a count or a deadline: it concerns nobody else (P1, P2, P7).

namespace onsale::test {

using Damage = settle_test;

TEST_F(Damage, P2ADeadlineWithoutAReadableRecordHoldsNoOtherUp) {
    open({.total = 10});
    ledger.reserve(wishes(1, 3));
    for (int n = 1; n <= 3; ++n) {
        ledger.make_due(id_of(n));
    }
    ledger.command({"HSET", ledger.key("reservations"), id_of(1), "scribble"});
    ledger.command({"HDEL", ledger.key("reservations"), id_of(2)});
    EXPECT_EQ(ledger.sweep(), 1);
    EXPECT_EQ(state_of(id_of(3)), "expired");
    ended_lawless = true;
}

// Else every node sweeps without end: by the sale's word there is always something due.
TEST_F(Damage, ASweepThatFindsNoDeadlinePutsTheSaleRight) {
    open_and_reserve();
    for (const auto* entry : {"", "nobody's id"}) {
        SCOPED_TRACE(entry);
        ledger.make_due(id);
        ledger.command({"DEL", ledger.key("due")});
        if (*entry != '\0') ledger.command({"ZADD", ledger.key("due"), "1", entry});
        ASSERT_NE(word_now().due, 0);
        EXPECT_EQ(ledger.sweep(), 0);
        EXPECT_EQ(word_now().due, 0);
    }
    ended_lawless = true;
}

// What is wrong with one reservation, or with one buyer, is nobody else's harm.
TEST_F(Damage, P2WhatCannotBeUnderstoodHoldsNoOtherUp) {
    open({.total = 10});
    ledger.reserve({{id_of(1), "ada"}, {id_of(2), "bob"}, {id_of(3), "cy"}});
    ledger.command({"HSET", ledger.key("reservations"), id_of(1), "2|held|of a newer onsale"});
    ledger.command({"HSET", ledger.key("buyers"), "bob", "many"});
    const auto told =
        ledger.settle({{id_of(1), "cancel"}, {id_of(2), "cancel"}, {id_of(3), "cancel"}}, {});
    EXPECT_EQ(told.statuses(), (statuses{"damaged", "damaged", "done"}));
    const auto bought = ledger.reserve({{id_of(4), "bob"}, {id_of(5), "dora"}});
    EXPECT_EQ(bought.statuses(), (statuses{"uncounted", "held"}));
    ledger.command({"ZADD", ledger.key("due"), "1", id_of(1) + id_of(2) + id_of(5)});
    ledger.command({"HSET", ledger.key(), "due", "1"});
    EXPECT_EQ(ledger.sweep(), 0) << "and nothing fails";
    ended_lawless = true;
}

TEST_F(Damage, P1NoTicketsComeBackOfWhichTheirRecordHasMoreOrLess) {
    open({.total = 10});
    ledger.reserve(wishes(1, 9));
    for (const auto* damaged : {"held|1|", "held|1|1-9", "held|2|9,1,2", "paid|2|9-8",
                                "held|1|1-999999999", "expired|1|1"}) {
        SCOPED_TRACE(damaged);
        ledger.command({"HSET", ledger.key("reservations"), id_of(1),
                        std::string{"1|"} + damaged + "|9000000000000|1|0|1|2||0|"});
        ASSERT_EQ(ledger.settle_one({id_of(1), "cancel"}).status, "damaged");
        ASSERT_EQ(ledger.settle_one({id_of(1), "refund"}).status, "damaged");
    }
    EXPECT_EQ(word_now().sold, 9);
    ended_lawless = true;
}

// The count changes when tickets come back or are bought again, and not with a payment in time.
TEST_F(Damage, P7NeitherAPaymentInTimeNorARefundNeedsTheBuyersCount) {
    for (const auto* count : {"many", ""}) {
        SCOPED_TRACE(count);
        open({.total = 10});
        ledger.reserve({{id, "bob"}, {id_of(2), "bob"}, {id_of(3), "bob"}, {id_of(4), "bob"}});
        ledger.settle(id_of(4), reservation_state::refunded);
        ledger.make_due(id_of(2));
        ledger.make_due(id_of(3));
        ledger.command({"HDEL", ledger.key("buyers"), "bob"});
        if (*count != '\0') ledger.command({"HSET", ledger.key("buyers"), "bob", count});
        const auto pay = [](const std::string& whose) {
            return settlement{whose, "pay", "pay-" + whose, price, id_of(99)};
        };
        const auto told = ledger.settle({pay(id), pay(id_of(2)), {id, "refund"}}, {.sweep = 8});
        EXPECT_EQ(told.statuses(), (statuses{"done", "damaged", "damaged"}));
        EXPECT_EQ(told.swept, 0);
        EXPECT_EQ(state_of(id), "paid");
        EXPECT_EQ(ledger.settle_one(pay(id)).status, "repeated");
        EXPECT_EQ(ledger.settle_one({id_of(4), "refund_done"}).status, "done");
        ledger.command({"FLUSHDB"});
    }
    ended_lawless = true;
}

TEST_F(Damage, P2AMissingSuccessorOfALatePaymentHoldsNoOtherUp) {
    open({.total = 10});
    ledger.reserve({{id, ""}, {id_of(2), ""}});
    ledger.make_due(id);
    ASSERT_EQ(pay("pay-1", price), "rebought");
    ledger.command({"HDEL", ledger.key("reservations"), new_id});
    const auto told = ledger.settle({payment_of("pay-1", price), {id_of(2), "cancel"}}, {});
    EXPECT_EQ(told.statuses(), (statuses{"damaged", "done"}));
    ended_lawless = true;
}

TEST_F(Damage, P2ManyDeadlinesWithoutAReadableRecordHoldNoOtherUp) {
    constexpr int broken = 3 * limits::sweep;
    open({.total = broken + 1});
    for (int n = 1; n <= broken + 1; ++n) {
        ledger.reserve(wishes(n, 1));
        ledger.make_due(id_of(n));
        if (n <= broken) ledger.command({"HSET", ledger.key("reservations"), id_of(n), "scribble"});
    }
    std::int64_t swept = 0;
    for (int sweeps = 0; sweeps < 4; ++sweeps) {
        swept += ledger.sweep();
    }
    EXPECT_EQ(swept, 1);
    EXPECT_GT(word_now().due, word_now().now);
    ended_lawless = true;
}

}  // namespace onsale::test
