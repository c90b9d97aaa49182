#include "lua/settle_test.hpp"

#include <map>

namespace onsale::test {
using Settle = settle_test;

// ---- Every state against every call, and its repeat (L20) ----

TEST_F(Settle, L20EveryStateAgainstEveryCall) {
    const std::map<std::string, std::map<std::string, std::string>> rows{
        {"held", {{"pay", "done"}, {"cancel", "done"}, {"refund", "refused"}}},
        {"due", {{"pay", "rebought"}, {"cancel", "done"}, {"refund", "refused"}}},
        {"paid", {{"pay", "refund_due"}, {"cancel", "refused"}, {"refund", "done"}}},
        {"cancelled", {{"pay", "refund_due"}, {"cancel", "repeated"}, {"refund", "refused"}}},
        {"expired", {{"pay", "rebought"}, {"cancel", "refused"}, {"refund", "refused"}}},
        {"refunded", {{"pay", "refund_due"}, {"cancel", "refused"}, {"refund", "repeated"}}},
    };
    for (const auto& [state, answers] : rows) {
        for (const auto& [what, verdict] : answers) {
            SCOPED_TRACE(what + " of one that is " + state);
            ledger.command({"FLUSHALL"});
            open_and_reserve();
            if (state == "due") {
                ledger.make_due(id);
            } else if (state != "held") {
                ledger.settle(id, parse_reservation_state(state).value());
            }
            const settlement asked{id, what, what == "pay" ? "another" : "", amount, new_id};
            EXPECT_EQ(ledger.settle_one(asked).status, verdict);
            const auto after = digest();
            const auto again = verdict == "done" ? "repeated" : verdict;
            EXPECT_EQ(ledger.settle_one(asked).status, again) << "its repeat";
            EXPECT_EQ(digest(), after) << "a repeat changes nothing";
            ledger.sweep();  // what is due by hand is not as the journal has it
            EXPECT_EQ(describe(breaches_of_law(ledger)), "");
        }
    }
}

TEST_F(Settle, L20PaidKeepsItsTickets) {
    open_and_reserve();
    const auto told = ledger.settle_one(payment_of("pay-1"));
    EXPECT_EQ(told.status, "done");
    const auto paid = told.details();
    EXPECT_EQ(paid.state, reservation_state::paid);
    EXPECT_EQ(paid.payment, "pay-1");
    EXPECT_GT(paid.settled, 0);
    EXPECT_EQ(told.tickets(), (numbers{1, 2}));
    EXPECT_EQ(word_now().paid, 2);
}

TEST_F(Settle, L20CancelledGivesTicketsStockAndBuyersCountBack) {
    open_and_reserve({.total = 2, .limit = 2});
    EXPECT_EQ(call("cancel"), "done");
    EXPECT_EQ(word_now().remaining(), 2);
    const auto again = ledger.reserve_one({id_of(2), "ada", 2});
    EXPECT_EQ(again.status, "held");
    EXPECT_EQ(again.tickets(), (numbers{1, 2}));
}

TEST_F(Settle, L20RefundedGivesTheTicketsBackAndOwesTheMoney) {
    open_and_reserve({.total = 2});
    pay("pay-1");
    EXPECT_EQ(call("refund"), "done");
    EXPECT_EQ(word_now().remaining(), 2);
    EXPECT_EQ(word_now().paid, 0);
    EXPECT_EQ(owed(), amount);
    EXPECT_EQ(call("refund_done"), "done");
    EXPECT_EQ(owed(), 0);
    EXPECT_EQ(call("refund_done"), "repeated");
}

TEST_F(Settle, L20InAPausedAndInAClosedSale) {
    for (const auto* change : {"pause", "close"}) {
        ledger.command({"FLUSHALL"});
        open({.total = 10});
        ledger.reserve(wishes(1, 3));
        ledger.adjust(change);
        EXPECT_EQ(ledger.settle_one({id_of(1), "pay", "p", price, new_id}).status, "done");
        EXPECT_EQ(ledger.settle_one({id_of(1), "refund"}).status, "done");
        EXPECT_EQ(ledger.settle_one({id_of(2), "cancel"}).status, "done");
        ledger.make_due(id_of(3));
        EXPECT_EQ(ledger.sweep(), 1);
        EXPECT_EQ(word_now().remaining(), 10);
    }
}

TEST_F(Settle, L3OneCallIsOneVersionAndOneEntry) {
    open({.total = 100});
    ledger.reserve(wishes(1, 64));
    std::vector<settlement> calls;
    for (int n = 1; n <= 64; ++n) {
        calls.push_back({id_of(n), n % 2 == 0 ? "cancel" : "pay", "pay-1", price, id_of(1000 + n)});
    }
    const auto told = ledger.settle(calls, {});
    EXPECT_EQ(told.statuses(), statuses(64, "done"));
    EXPECT_EQ(told.says.says.at, (ledger_version{1, 3}));
    EXPECT_EQ(told.items[0].details().written, (ledger_version{1, 3}));
    EXPECT_EQ(ledger.command({"XLEN", ledger.key("journal")}).integer, 3);
}

TEST_F(Settle, TheSameReservationTwiceInOneCall) {
    open_and_reserve();
    const auto told = ledger.settle(
        {payment_of("pay-1"), {id, "cancel"}, payment_of("pay-1"), {id, "refund"}}, {});
    EXPECT_EQ(told.statuses(), (statuses{"done", "refused", "repeated", "done"}));
    EXPECT_EQ(state_of(id), "refunded");
}

TEST_F(Settle, AnUnknownReservationIsToldAndChangesNothing) {
    open();
    const auto before = digest();
    for (const auto* what : {"pay", "cancel", "refund", "refund_done"}) {
        EXPECT_EQ(ledger.settle_one({id_of(7), what, "p", price, new_id}).status, "unknown");
    }
    EXPECT_EQ(digest(), before);
}

TEST_F(Settle, NonsenseIsAnErrorBeforeAnythingIsWritten) {
    open_and_reserve();
    const auto before = digest();
    EXPECT_NE(error_of([&] { ledger.settle({{id, "cancel"}, {id, "steal"}}, {}); }), "");
    EXPECT_NE(error_of([&] {
                  ledger.settle({{id, "cancel"}, {id, "pay", "", 1, new_id}}, {});
              }),
              "");
    EXPECT_NE(error_of([&] {
                  ledger.settle({{id, "cancel"}, {id, "pay", "p", 1, "short"}}, {});
              }),
              "");
    EXPECT_EQ(digest(), before);
}

// ---- Frozen, missing, behind (L5, L6) ----

TEST_F(Settle, L5ALedgerBehindItsCallerFreezesBeforeAnyWrite) {
    open_and_reserve();
    ledger.make_due(id);
    const settle_terms ahead{.held = {1, 50}, .sweep = 10};
    const auto told = ledger.settle({{id, "cancel"}}, ahead);
    EXPECT_EQ(told.statuses(), (statuses{"frozen"}));
    EXPECT_EQ(told.swept, 0);
    EXPECT_EQ(state_of(id), "held");
    EXPECT_EQ(pay("pay-1"), "frozen") << "for everybody";
    ended_lawless = true;
}

TEST_F(Settle, P10OfASaleThatDoesNotExistIsMissing) {
    EXPECT_EQ(call("cancel"), "missing");
    EXPECT_EQ(ledger.sweep(), 0);
}

TEST_F(Settle, L29WhileRedisIsFull) {
    open_and_reserve();
    ledger.command({"CONFIG", "SET", "maxmemory", "1"});
    EXPECT_NE(error_of([&] { ledger.reserve_one({id_of(2), "", 1}); }), "");
    EXPECT_EQ(pay("pay-1"), "done");
    EXPECT_EQ(call("refund"), "done");
    ledger.command({"CONFIG", "SET", "maxmemory", "0"});
}

// ---- Payments (L21, L22) ----

TEST_F(Settle, L22TheSamePaymentIsTheSameAnswer) {
    open_and_reserve();
    EXPECT_EQ(pay("pay-1"), "done");
    EXPECT_EQ(pay("pay-1"), "repeated");
    EXPECT_EQ(owed(), 0);
}

TEST_F(Settle, L22AnotherPaymentIsOwedOnce) {
    open_and_reserve();
    pay("pay-1");
    EXPECT_EQ(pay("pay-2"), "refund_due");
    EXPECT_EQ(pay("pay-2"), "refund_due");
    EXPECT_EQ(owed(), amount);
    EXPECT_EQ(pay("pay-3"), "refund_due");
    EXPECT_EQ(owed(), 2 * amount);
    EXPECT_EQ(call("refund_done", "pay-2"), "done");
    EXPECT_EQ(owed(), amount);
    EXPECT_EQ(pay("pay-2"), "refund_due") << "the same answer, and nothing owed anew";
    EXPECT_EQ(owed(), amount);
    EXPECT_EQ(call("refund_done"), "done");
    EXPECT_EQ(owed(), 0);
    EXPECT_EQ(state_of(id), "paid");
}

TEST_F(Settle, L22AWrongAmountChangesNothing) {
    open_and_reserve();
    const auto before = digest();
    EXPECT_EQ(pay("pay-1", price), "wrong_amount");
    EXPECT_EQ(pay("pay-1", amount + 1), "wrong_amount");
    EXPECT_EQ(pay("pay-1", 0), "wrong_amount");
    EXPECT_EQ(digest(), before);
}

TEST_F(Settle, L22APaymentOfACancelledReservationIsOwed) {
    open_and_reserve();
    call("cancel");
    EXPECT_EQ(pay("pay-1"), "refund_due");
    EXPECT_EQ(owed(), amount);
    EXPECT_EQ(state_of(id), "cancelled");
    EXPECT_EQ(ledger.command({"HGET", ledger.key("refunds"), id}).text.substr(0, 21),
              "pay-1 8400 due ended ");
}

TEST_F(Settle, L21PastItsPayByNobodyPaysSweptOrNot) {
    open_and_reserve();
    ledger.make_due(id);
    EXPECT_EQ(pay("pay-1", amount, false), "refund_due");
    EXPECT_EQ(state_of(id), "expired");
    EXPECT_EQ(word_now().remaining(), 10);
    EXPECT_EQ(word_now().paid, 0);
    EXPECT_EQ(owed(), amount);
}

TEST_F(Settle, L21ALatePaymentBuysTheTicketsAgain) {
    open_and_reserve({.total = 2, .limit = 2});
    ledger.make_due(id);
    const auto told = ledger.settle_one(payment_of("pay-1"));
    EXPECT_EQ(told.status, "rebought");
    EXPECT_EQ(told.id, new_id);
    EXPECT_EQ(told.details().state, reservation_state::paid);
    EXPECT_EQ(told.details().buyer, "ada");
    EXPECT_EQ(told.tickets(), (numbers{1, 2}));
    EXPECT_EQ(state_of(id), "expired");
    EXPECT_EQ(word_now().paid, 2);
    const auto again = ledger.settle_one(payment_of("pay-1"));
    EXPECT_EQ(again.status, "rebought");
    EXPECT_EQ(again.record, told.record);
    EXPECT_EQ(owed(), 0);
}

TEST_F(Settle, L21ALatePaymentBuysOnceOnly) {
    open_and_reserve();
    ledger.settle(id, reservation_state::expired);
    EXPECT_EQ(pay("pay-1"), "rebought");
    EXPECT_EQ(pay("pay-2"), "refund_due") << "the buyer has the tickets already";
    EXPECT_EQ(owed(), amount);
    EXPECT_EQ(word_now().sold, 2);
}

TEST_F(Settle, L21ALatePaymentBuysNothingIfItCannotBeSoldToHim) {
    const auto expired = [&](const sale_terms& terms) {
        ledger.command({"FLUSHALL"});
        open_and_reserve(terms);
        ledger.settle(id, reservation_state::expired);
    };
    expired({.total = 2});
    ledger.reserve(wishes(50, 1));
    EXPECT_EQ(pay("pay-1"), "refund_due") << "too few are left";
    expired({.total = 10, .limit = 3});
    ledger.reserve({{id_of(51), "ada", 2}});
    EXPECT_EQ(pay("pay-1"), "refund_due") << "the limit";
    expired({});
    EXPECT_EQ(ledger.settle_one(payment_of("pay-1"), {.cap = 1}).status, "refund_due") << "the cap";
    expired({});
    ledger.adjust("pause");
    EXPECT_EQ(pay("pay-1"), "refund_due") << "paused";
    ledger.adjust("resume");
    EXPECT_EQ(pay("pay-1"), "refund_due") << "the same payment, the same answer";
}

TEST_F(Settle, L21SeveralLatePaymentsShareWhatIsLeft) {
    open({.total = 6});
    ledger.reserve({{id_of(1), "", 2}, {id_of(2), "", 2}, {id_of(3), "", 2}});
    for (int n = 1; n <= 3; ++n) {
        ledger.settle(id_of(n), reservation_state::expired);
    }
    ledger.adjust("withdraw", 1);
    const auto told = ledger.settle({{id_of(1), "pay", "a", amount, id_of(11)},
                                     {id_of(2), "pay", "b", amount, id_of(12)},
                                     {id_of(3), "pay", "c", amount, id_of(13)}},
                                    {});
    EXPECT_EQ(told.statuses(), (statuses{"rebought", "rebought", "refund_due"}));
    EXPECT_EQ(word_now().remaining(), 1);
}

TEST_F(Settle, OfAFreeTicketNothingIsOwed) {
    open_and_reserve();
    ledger.command({"HSET", ledger.key(), "price", "0"});
    EXPECT_EQ(pay("pay-1", 0), "done");
    EXPECT_EQ(pay("pay-2", 0), "refused");
    EXPECT_EQ(call("refund"), "done");
    EXPECT_EQ(owed(), 0);
    EXPECT_EQ(call("refund_done"), "refused");
}

TEST_F(Settle, TheDearestGroupIsOwedExactly) {
    open({.total = limits::quantity});
    ledger.command({"HSET", ledger.key(), "price", std::to_string(limits::price)});
    ledger.reserve({{id, "ada", limits::quantity}});
    constexpr std::int64_t all = limits::price * limits::quantity;
    EXPECT_EQ(pay("pay-1", all - 1), "wrong_amount");
    EXPECT_EQ(pay("pay-1", all), "done");
    EXPECT_EQ(pay("pay-2", all), "refund_due");
    EXPECT_EQ(pay("pay-3", all), "refund_due");
    EXPECT_EQ(owed(), 2 * all);
}

// ---- Sweeping (L20, P2, P7) ----

TEST_F(Settle, P7ASweepExpiresWhatIsDueAndNothingElse) {
    open({.total = 10});
    ledger.reserve(wishes(1, 5));
    ledger.make_due(id_of(2));
    ledger.make_due(id_of(4));
    EXPECT_EQ(ledger.sweep(), 2);
    EXPECT_EQ(ledger.sweep(), 0);
    EXPECT_EQ(word_now().remaining(), 7);
    EXPECT_EQ(state_of(id_of(2)), "expired");
    EXPECT_EQ(state_of(id_of(3)), "held");
}

TEST_F(Settle, P7ASweepOfABatchLeavesThoseThatEndedBefore) {
    open({.total = 10});
    ledger.reserve(wishes(1, 6));
    ledger.settle(id_of(2), reservation_state::paid);
    ledger.settle(id_of(3), reservation_state::cancelled);
    EXPECT_EQ(ledger.sweep(), 0);
    make_batches_due();
    EXPECT_EQ(ledger.sweep(), 4);
    EXPECT_EQ(state_of(id_of(2)), "paid");
    EXPECT_EQ(state_of(id_of(3)), "cancelled");
    EXPECT_EQ(word_now().due, 0);
    EXPECT_EQ(word_now().remaining(), 9);
}

TEST_F(Settle, ASweepOfABatchThatHasEndedIsNoChangeOfTheSale) {
    open({.total = 10});
    ledger.reserve(wishes(1, 2));
    ledger.settle(id_of(1), reservation_state::paid);
    ledger.settle(id_of(2), reservation_state::paid);
    const auto before = word_now().at;
    make_batches_due();
    EXPECT_EQ(ledger.sweep(), 0);
    EXPECT_EQ(word_now().at, before);
    EXPECT_EQ(word_now().due, 0);
}

TEST_F(Settle, ASweepTakesWholeBatches) {
    open({.total = 1000});
    for (int n = 0; n < 4; ++n) {
        ledger.reserve(wishes(1 + 100 * n, 100));
    }
    make_batches_due();
    EXPECT_EQ(ledger.sweep(256), 200);
    EXPECT_LE(word_now().due, word_now().now);
    EXPECT_EQ(ledger.sweep(50), 100) << "a batch that is bigger than a sweep is not left";
    EXPECT_EQ(ledger.sweep(256), 100);
    EXPECT_EQ(word_now().due, 0);
}

TEST_F(Settle, ASweepTakesNoMoreThanItIsAskedAndTellsWhatIsDueNext) {
    open({.total = 10});
    ledger.reserve(wishes(1, 5));
    for (int n = 1; n <= 3; ++n) {
        ledger.make_due(id_of(n));
    }
    const auto told = ledger.settle(std::vector<settlement>{}, {.sweep = 2});
    EXPECT_EQ(told.swept, 2);
    EXPECT_EQ(told.says.says.due, 1);
    EXPECT_EQ(ledger.sweep(), 1);
    EXPECT_GT(word_now().due, word_now().now);
}

TEST_F(Settle, ASweepOfTheBiggestReservationsGivesAllNumbersBack) {
    constexpr std::int64_t each = limits::quantity;
    constexpr std::int64_t count = limits::batch;
    open({.total = each * count});
    for (int n = 0; n < count; ++n) {
        ledger.reserve({{id_of(n), "", each}});
        ledger.make_due(id_of(n));
    }
    EXPECT_EQ(ledger.sweep(count), count);
    EXPECT_EQ(ledger.command({"LLEN", ledger.key("free")}).integer, each * count);
}

TEST_F(Settle, ANumberThatCameBackIsSoldAgainBeforeOneNeverIssued) {
    open_and_reserve({.total = 10});
    ledger.settle(id, reservation_state::expired);
    EXPECT_EQ(ledger.reserve(wishes(5, 3)).tickets(), (numbers{1, 2, 3}));
}

}  // namespace onsale::test
