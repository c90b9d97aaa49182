#include "lua/ledger_test.hpp"

namespace onsale::test {

class Adjust : public ledger_test {
  protected:
    /// The verdict on a change.
    std::string adjust(const std::string& change, std::int64_t amount = 0,
                       const std::string& operation = {}) {
        return ledger.adjust(change, amount, operation).verdict;
    }

    /// A field of the newest journal entry.
    [[nodiscard]] std::string newest(const std::string& field) {
        const auto entries =
            ledger.command({"XREVRANGE", ledger.key("journal"), "+", "-", "COUNT", "1"});
        const auto& pairs = entries.list.at(0).list.at(1).list;
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
            if (pairs[i].text == field) return pairs[i + 1].text;
        }
        return "no " + field;
    }
};

TEST_F(Adjust, L2RestockCreatesNumbersAboveTheLast) {
    open({.total = 3});
    ledger.reserve(wishes(1, 3));
    const auto told = ledger.adjust("restock_by", 2);
    EXPECT_EQ(told.verdict, "done");
    EXPECT_EQ(told.says.says.total, 5);
    EXPECT_EQ(told.says.last, 5);
    EXPECT_EQ(newest("tickets"), "4-5");
    EXPECT_EQ(ledger.reserve(wishes(4, 3)).tickets(), (numbers{4, 5}));
}

TEST_F(Adjust, RestockToIsTheTotalWanted) {
    open({.total = 10});
    EXPECT_EQ(ledger.adjust("restock_to", 25).says.says.total, 25);
    EXPECT_EQ(adjust("restock_to", 25), "unchanged");
    EXPECT_EQ(adjust("restock_to", 24), "below_total");
    EXPECT_EQ(adjust("restock_by", 0), "unchanged");
}

TEST_F(Adjust, RestockIsBounded) {
    open({.total = 10});
    EXPECT_EQ(adjust("restock_to", limits::total + 1), "too_many");
    EXPECT_EQ(adjust("restock_to", limits::total), "done");
    EXPECT_EQ(ledger.field("last"), "1000000000");
    EXPECT_EQ(adjust("restock_by", 1), "too_many");
}

TEST_F(Adjust, L2WithdrawTakesNeverIssuedNumbersFirstThenThoseThatCameBack) {
    open({.total = 6});
    ledger.reserve({{id_of(1), "", 3}, {id_of(2), "", 1}});
    ledger.settle(id_of(1), reservation_state::cancelled);
    EXPECT_EQ(adjust("withdraw", 1), "done");
    EXPECT_EQ(newest("tickets"), "5-5");
    EXPECT_EQ(adjust("withdraw", 2), "done");
    EXPECT_EQ(newest("tickets"), "6-6,1");
    const auto told = ledger.reserve(wishes(3, 3));
    EXPECT_EQ(told.tickets(), (numbers{2, 3}));
    EXPECT_EQ(told.says.says.total, 3);
}

TEST_F(Adjust, L2AWithdrawnNumberNeverComesBack) {
    open({.total = 4});
    adjust("withdraw", 2);
    adjust("restock_by", 1);
    EXPECT_EQ(ledger.reserve(wishes(1, 5)).tickets(), (numbers{3, 4, 5}));
}

TEST_F(Adjust, L2WithdrawNeverTakesASoldTicket) {
    open({.total = 5});
    ledger.reserve(wishes(1, 3));
    EXPECT_EQ(adjust("withdraw", 3), "too_few");
    EXPECT_EQ(adjust("withdraw", 2), "done");
    EXPECT_EQ(adjust("withdraw", 1), "too_few");
    EXPECT_EQ(adjust("withdraw", 0), "unchanged");
    EXPECT_EQ(status_of({id_of(9), ""}), "sold_out");
}

TEST_F(Adjust, L3OneChangeIsOneVersionAndOneEntry) {
    open();
    EXPECT_EQ(ledger.adjust("restock_by", 5).says.says.at, (ledger_version{1, 2}));
    EXPECT_EQ(ledger.adjust("pause").says.says.at, (ledger_version{1, 3}));
    EXPECT_EQ(newest("change"), "pause");
    EXPECT_EQ(newest("state"), "paused");
    EXPECT_EQ(newest("total"), "15");
}

TEST_F(Adjust, L3WhatChangesNothingIsNoVersion) {
    open();
    adjust("pause");
    const auto before = digest();
    EXPECT_EQ(adjust("pause"), "unchanged");
    EXPECT_EQ(adjust("withdraw", 100), "too_few");
    EXPECT_EQ(adjust("restock_to", 1), "below_total");
    EXPECT_EQ(digest(), before);
}

TEST_F(Adjust, StatesFollowOneAnother) {
    open();
    EXPECT_EQ(adjust("resume"), "unchanged");
    EXPECT_EQ(adjust("pause"), "done");
    EXPECT_EQ(adjust("restock_by", 1), "done");
    EXPECT_EQ(adjust("resume"), "done");
    EXPECT_EQ(adjust("close"), "done");
    EXPECT_EQ(adjust("close"), "unchanged");
    EXPECT_EQ(adjust("pause"), "closed");
    EXPECT_EQ(adjust("restock_by", 1), "closed");
    EXPECT_EQ(adjust("withdraw", 1), "done");
}

TEST_F(Adjust, ARemovedSaleIsClosedToEveryChange) {
    open();
    ledger.command({"HSET", ledger.key(), "state", "removed"});
    for (const auto* change : {"restock_by", "withdraw", "pause", "resume", "close", "remove"}) {
        EXPECT_EQ(adjust(change, 1), "closed") << change;
    }
}

TEST_F(Adjust, L8OnlyAClosedSaleThatOwesNothingAndIsOrderedIsRemoved) {
    open({.total = 4});
    ledger.reserve(wishes(1, 2));
    EXPECT_EQ(adjust("remove"), "not_closed");
    EXPECT_EQ(adjust("close"), "done");
    EXPECT_EQ(adjust("remove"), "held");
    ledger.settle(id_of(1), reservation_state::paid);
    ledger.settle(id_of(2), reservation_state::cancelled);
    EXPECT_EQ(ledger.settle_one({id_of(2), "pay", "late", price, id_of(-1)}).status, "refund_due");
    EXPECT_EQ(adjust("remove"), "refund_due");
    EXPECT_EQ(ledger.settle_one({id_of(2), "refund_done"}).status, "done");
    EXPECT_EQ(adjust("remove"), "not_ordered");
    const auto at = ledger.read().says.says.at;
    ledger.command({"HSET", ledger.key(), "ordered", "1-" + std::to_string(at.version - 1)});
    EXPECT_EQ(adjust("remove"), "not_ordered");
    ledger.command({"HSET", ledger.key(), "ordered", "1-" + std::to_string(at.version)});
    EXPECT_EQ(ledger.adjust("remove", 0, "remove-1").verdict, "done");
    EXPECT_EQ(ledger.adjust("remove", 0, "remove-1").verdict, "repeated");
    EXPECT_EQ(newest("state"), "removed");
    for (const auto* part : {"reservations", "buyers", "due", "free", "refunds"}) {
        EXPECT_EQ(ledger.command({"EXISTS", ledger.key(part)}).integer, 0) << part;
    }
    ended_lawless = true;
}

TEST_F(Adjust, L8ARemovedSaleIsNeverOpenedAgainAndSellsNothing) {
    open({.total = 1, .operation = "open-1"});
    adjust("close");
    ledger.command({"HSET", ledger.key(), "ordered", "1-2"});
    EXPECT_EQ(adjust("remove"), "done");
    EXPECT_EQ(ledger.open({.operation = "open-2"}).verdict, "removed");
    EXPECT_EQ(status_of({id_of(1), ""}), "closed");
    EXPECT_EQ(ledger.settle_one({id_of(1), "cancel"}).status, "unknown");
}

TEST_F(Adjust, L23AKnownOperationIsNotDoneAgain) {
    open({.total = 10});
    EXPECT_EQ(adjust("restock_by", 5, "operation-1"), "done");
    const auto before = digest();
    const auto again = ledger.adjust("restock_by", 5, "operation-1");
    EXPECT_EQ(again.verdict, "repeated");
    EXPECT_EQ(again.says.says.total, 15);
    EXPECT_EQ(digest(), before);
}

TEST_F(Adjust, L23ARepeatIsKnownWhateverHasHappenedSince) {
    open({.total = 10});
    adjust("restock_to", 20, "to-20");
    adjust("pause", 0, "pause-1");
    adjust("resume");
    adjust("restock_to", 30);
    EXPECT_EQ(adjust("restock_to", 20, "to-20"), "repeated");
    EXPECT_EQ(adjust("pause", 0, "pause-1"), "repeated");
    EXPECT_EQ(ledger.field("state"), "open");
    EXPECT_EQ(ledger.field("total"), "30");
}

TEST_F(Adjust, L23AnOperationIsNotReusedForSomethingElse) {
    open({.operation = "opened"});
    adjust("restock_by", 5, "operation-1");
    EXPECT_EQ(adjust("restock_by", 6, "operation-1"), "operation_reused");
    EXPECT_EQ(adjust("withdraw", 5, "operation-1"), "operation_reused");
    EXPECT_EQ(adjust("pause", 0, "opened"), "operation_reused");
    EXPECT_EQ(ledger.field("total"), "15");
}

TEST_F(Adjust, L23AnOperationIsKnownByItsWholeName) {
    open();
    adjust("restock_by", 1, "a.b");
    for (const auto* other : {"axb", "a.", ".b", "a.b.", "b", "a%.b", ".*"}) {
        EXPECT_EQ(adjust("restock_by", 1, other), "done") << other;
    }
    EXPECT_EQ(adjust("restock_by", 1, "a.b"), "repeated");
}

TEST_F(Adjust, L1RemembersABoundedNumberOfOperations) {
    open();
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(adjust("restock_by", 1, "operation-" + std::to_string(i)), "done");
    }
    EXPECT_EQ(adjust("restock_by", 1, "operation-99"), "repeated");
    EXPECT_EQ(adjust("restock_by", 1, "operation-68"), "repeated");
    EXPECT_LT(ledger.field("operations").size(), 32U * 40U);
}

TEST_F(Adjust, AnUnknownChangeIsAnErrorAndWritesNothing) {
    open();
    const auto before = digest();
    EXPECT_TRUE(error_of([&] { ledger.adjust("explode", 1); }).starts_with("CHANGE"));
    EXPECT_EQ(digest(), before);
}

// The scripts are the only way in, so they take no nonsense from it either.
TEST_F(Adjust, AnAmountThatIsNoCountIsAnErrorAndWritesNothing) {
    open();
    const auto before = digest();
    for (const auto* change : {"restock_by", "restock_to", "withdraw"}) {
        EXPECT_TRUE(error_of([&] { ledger.adjust(change, -3); }).starts_with("AMOUNT")) << change;
    }
    EXPECT_EQ(digest(), before);
}

}  // namespace onsale::test
