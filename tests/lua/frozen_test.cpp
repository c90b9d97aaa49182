#include "lua/ledger_test.hpp"

namespace onsale::test {

/// A sale at (1, 3) with a ticket sold, and calls by somebody who has seen more.
class Frozen : public ledger_test {
  protected:
    Frozen() {
        open({.total = 10});
        ledger.reserve({winner});
        ledger.adjust("restock_by", 5);
    }

    [[nodiscard]] std::string state() { return ledger.field("state"); }

    const wish winner{id_of(1), "ada"};
    static constexpr ledger_version here{1, 3};
    static constexpr ledger_version ahead{1, 4};
};

TEST_F(Frozen, L5AReserveAheadOfTheLedgerFreezesItBeforeAnyWrite) {
    const auto told = ledger.reserve({winner, {id_of(2), ""}}, ahead);
    EXPECT_EQ(told.statuses(), (statuses{"frozen", "frozen"}));
    EXPECT_EQ(told.says.says.state, sale_state::frozen);
    EXPECT_EQ(told.says.says.sold, 1);
    EXPECT_EQ(state(), "frozen");
}

TEST_F(Frozen, L5AnAdjustAheadOfTheLedgerFreezesIt) {
    EXPECT_EQ(ledger.adjust("restock_by", 5, "", ahead).verdict, "frozen");
    EXPECT_EQ(state(), "frozen");
    EXPECT_EQ(ledger.field("total"), "15");
}

TEST_F(Frozen, L5AReadAheadOfTheLedgerFreezesIt) {
    EXPECT_EQ(ledger.read({}, ahead).says.says.state, sale_state::frozen);
    EXPECT_EQ(state(), "frozen");
}

TEST_F(Frozen, L3AHigherEpochIsAheadWhateverTheVersion) {
    EXPECT_EQ(ledger.read({}, {2, 1}).says.says.state, sale_state::frozen);
}

TEST_F(Frozen, L5ACallerWhoKnowsAsMuchOrLessIsServed) {
    EXPECT_EQ(ledger.read({}, here).says.says.state, sale_state::open);
    EXPECT_EQ(ledger.read({}, {1, 2}).says.says.state, sale_state::open);
    EXPECT_EQ(ledger.read({}, {0, 99}).says.says.state, sale_state::open);
    EXPECT_EQ(ledger.reserve({{id_of(2), ""}}, here).statuses(), (statuses{"held"}));
}

TEST_F(Frozen, L3TheVersionsOfALowerEpochAreBehind) {
    ledger.command({"HSET", ledger.key(), "epoch", "2"});
    EXPECT_EQ(ledger.read({}, {1, 99}).says.says.state, sale_state::open);
    ended_lawless = true;
}

TEST_F(Frozen, L6RefusesEveryChangeAndEveryRepeat) {
    ledger.adjust("restock_by", 1, "known-operation");
    ledger.read({}, {9, 9});
    EXPECT_EQ(status_of(winner), "frozen");
    EXPECT_EQ(status_of({id_of(2), ""}), "frozen");
    for (const auto* change :
         {"restock_by", "restock_to", "withdraw", "pause", "resume", "close"}) {
        EXPECT_EQ(ledger.adjust(change, 20).verdict, "frozen") << change;
    }
    EXPECT_EQ(ledger.adjust("restock_by", 1, "known-operation").verdict, "frozen");
    EXPECT_EQ(ledger.open({.operation = "another"}).verdict, "exists");
}

TEST_F(Frozen, L6IsStillRead) {
    ledger.read({}, ahead);
    const auto told = ledger.read({winner.id, id_of(2)});
    EXPECT_EQ(told.says.says.state, sale_state::frozen);
    EXPECT_EQ(told.items.at(0).tickets(), (numbers{1}));
    EXPECT_EQ(told.items.at(1).status, "-");
}

TEST_F(Frozen, L3FreezingIsNoVersionAndNoEntry) {
    const auto told = ledger.read({}, ahead);
    EXPECT_EQ(told.says.says.at, here);
    EXPECT_EQ(ledger.command({"XLEN", ledger.key("journal")}).integer, 3);
}

TEST_F(Frozen, L5StaysFrozenForCallersWhoKnowLess) {
    ledger.read({}, ahead);
    EXPECT_EQ(ledger.read({}, {1, 1}).says.says.state, sale_state::frozen);
    EXPECT_EQ(ledger.reserve({{id_of(2), ""}}, {1, 1}).statuses(), (statuses{"frozen"}));
}

}  // namespace onsale::test
