#include "lua/ledger_test.hpp"

namespace onsale::test {

/// A sale at (1, 4): opened, two reservations, a restock.
class Ordered : public ledger_test {
  protected:
    Ordered() {
        open({.total = 10});
        ledger.reserve(wishes(1, 1));
        ledger.reserve(wishes(2, 1));
        ledger.adjust("restock_by", 5);
        ended_lawless = true;  // the law wants a journal that was never trimmed
    }

    std::string report(ledger_version at, const std::vector<std::string>& letters = {},
                       const std::string& which = "more") {
        return ledger.ordered(at, letters, which).verdict;
    }

    [[nodiscard]] std::string marked() { return ledger.field("ordered"); }

    [[nodiscard]] statuses journal() {
        statuses ids;
        const auto entries = ledger.command({"XRANGE", ledger.key("journal"), "-", "+"});
        for (const auto& entry : entries.list)
            ids.push_back(entry.list.at(0).text);
        return ids;
    }

    [[nodiscard]] statuses letters() {
        statuses ids;
        for (const auto& id : ledger.command({"SMEMBERS", ledger.key("letters")}).list)
            ids.push_back(id.text);
        return ids;
    }
};

TEST_F(Ordered, L26MarksAndTrimsBelowTheCommittedPosition) {
    EXPECT_EQ(report({1, 3}), "done");
    EXPECT_EQ(marked(), "1-3");
    EXPECT_EQ(journal(), (statuses{"1-3", "1-4"}));
    EXPECT_EQ(ledger.read().says.says.ordered, (ledger_version{1, 3}));
}

TEST_F(Ordered, L26TheMaximumWins) {
    report({1, 3});
    EXPECT_EQ(report({1, 2}), "done");
    EXPECT_EQ(marked(), "1-3");
    EXPECT_EQ(report({1, 4}), "done");
    EXPECT_EQ(marked(), "1-4");
    EXPECT_EQ(journal(), (statuses{"1-4"}));
}

TEST_F(Ordered, L26IsNoVersionAndNoJournalEntry) {
    report({1, 4});
    EXPECT_EQ(ledger.field("version"), "4");
    EXPECT_EQ(ledger.adjust("pause").says.says.at, (ledger_version{1, 5}));
    EXPECT_EQ(journal(), (statuses{"1-4", "1-5"}));
}

TEST_F(Ordered, L26OfASaleThatDoesNotExistCreatesNothing) {
    ledger.command({"FLUSHALL"});
    EXPECT_EQ(report({1, 3}, {id_of(1)}, "all"), "missing");
    EXPECT_EQ(ledger.command({"DBSIZE"}).integer, 0);
}

TEST_F(Ordered, L26OfAnotherEpochChangesNothing) {
    ledger.command({"HSET", ledger.key(), "epoch", "2"});
    const auto before = digest();
    EXPECT_EQ(report({1, 3}, {id_of(1)}), "other_epoch");
    EXPECT_EQ(digest(), before);
    EXPECT_EQ(letters(), (statuses{}));
}

TEST_F(Ordered, L26ANewEpochsPositionIsAboveAnOldOnes) {
    report({1, 4});
    ledger.command({"HSET", ledger.key(), "epoch", "2"});
    EXPECT_EQ(report({2, 1}), "done");
    EXPECT_EQ(marked(), "2-1");
}

TEST_F(Ordered, L26WorksOnAFrozenSale) {
    ledger.read({}, {9, 9});
    ASSERT_EQ(ledger.field("state"), "frozen");
    EXPECT_EQ(report({1, 4}), "done");
    EXPECT_EQ(marked(), "1-4");
    EXPECT_EQ(ledger.field("state"), "frozen");
}

TEST_F(Ordered, L5APositionAboveTheLedgerFreezesItAndIsNotMarked) {
    EXPECT_EQ(report({1, 5}, {id_of(1)}), "behind");
    EXPECT_EQ(ledger.field("state"), "frozen");
    EXPECT_EQ(marked(), "0-0");
    EXPECT_EQ(letters(), (statuses{}));
    EXPECT_EQ(journal().size(), 4U);
}

TEST_F(Ordered, L5AnEpochAboveTheLedgersFreezesIt) {
    EXPECT_EQ(report({2, 1}), "behind");
    EXPECT_EQ(ledger.field("state"), "frozen");
    EXPECT_EQ(marked(), "0-0");
}

TEST_F(Ordered, L26WorksInAFullRedis) {
    ledger.command({"CONFIG", "SET", "maxmemory", "1"});
    EXPECT_EQ(error_of([&] { ledger.reserve(wishes(9, 1)); }).substr(0, 3), "OOM");
    EXPECT_EQ(report({1, 4}, {id_of(1)}), "done");
    EXPECT_EQ(journal(), (statuses{"1-4"}));
    ledger.command({"CONFIG", "SET", "maxmemory", "0"});
}

TEST_F(Ordered, L27ASaleWithADeadLetterIsNotRemoved) {
    ledger.settle(id_of(1), reservation_state::cancelled);
    ledger.settle(id_of(2), reservation_state::cancelled);
    const auto at = ledger.adjust("close").says.says.at;
    report(at, {id_of(1)});
    EXPECT_EQ(ledger.adjust("remove").verdict, "dead_letters");
    report(at, {}, "all");
    EXPECT_EQ(ledger.adjust("remove").verdict, "done");
}

TEST_F(Ordered, L27KnowsTheDeadLettersAllOrMore) {
    report({1, 3}, {id_of(1)}, "all");
    report({1, 3}, {id_of(2)}, "more");
    EXPECT_EQ(letters().size(), 2U);
    report({1, 3}, {id_of(2)}, "all");
    EXPECT_EQ(letters(), (statuses{id_of(2)}));
    EXPECT_EQ(ledger.field("letters"), "1");
    report({1, 3}, {}, "all");
    EXPECT_EQ(letters(), (statuses{}));
    EXPECT_EQ(ledger.field("letters"), "0");
}

TEST_F(Ordered, L27TheWordCountsTheDeadLettersAndALookUpNamesThem) {
    EXPECT_EQ(ledger.read().says.says.letters, 0);
    report({1, 4}, {id_of(1)});
    const auto told = ledger.read({id_of(1), id_of(2), id_of(3)});
    EXPECT_EQ(told.says.says.letters, 1);
    EXPECT_EQ(told.statuses(), (statuses{"letter", "known", "-"}));
    EXPECT_FALSE(told.says.says.has_ordered({1, 2})) << "one of them is not";
    report({1, 4}, {}, "all");
    const auto resolved = ledger.read({id_of(1), id_of(2)});
    EXPECT_EQ(resolved.says.says.letters, 0);
    EXPECT_EQ(resolved.statuses(), (statuses{"known", "known"}));
    EXPECT_TRUE(resolved.says.says.has_ordered({1, 2}));
}

}  // namespace onsale::test
