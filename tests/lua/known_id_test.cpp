#include "lua/ledger_test.hpp"

namespace onsale::test {

using KnownId = ledger_test;

TEST_F(KnownId, L17GetsTheSameAnswerAgain) {
    open();
    const auto first = ledger.reserve_one({id_of(1), "ada", 2});
    const auto again = ledger.reserve_one({id_of(1), "ada", 2});
    EXPECT_EQ(first.status, "held");
    EXPECT_EQ(again.status, "known");
    EXPECT_EQ(again.record, first.record);
}

TEST_F(KnownId, L17TwiceInOneBatchBuysOnce) {
    open();
    const auto told = ledger.reserve({{id_of(1), "ada"}, {id_of(1), "ada"}, {id_of(1), "ada"}});
    EXPECT_EQ(told.statuses(), (statuses{"held", "known", "known"}));
    EXPECT_EQ(told.items[1].record, told.items[0].record);
    EXPECT_EQ(told.says.says.sold, 1);
}

TEST_F(KnownId, L17TwiceInOneBatchIsRefusedTwiceIfNothingIsLeft) {
    open({.total = 1});
    const auto told = ledger.reserve({{id_of(1), "", 2}, {id_of(1), "", 2}, {id_of(1), "", 1}});
    EXPECT_EQ(told.statuses(), (statuses{"too_few", "too_few", "held"}));
}

TEST_F(KnownId, L17WithAnotherQuantityIsAReusedKey) {
    open();
    const auto told = ledger.reserve({{id_of(1), "ada", 2}, {id_of(1), "ada", 3}});
    EXPECT_EQ(told.statuses(), (statuses{"held", "key_reused"}));
    const auto later = ledger.reserve_one({id_of(1), "ada", 1});
    EXPECT_EQ(later.status, "key_reused");
    EXPECT_EQ(later.record, "");
}

TEST_F(KnownId, L17EndedIsToldAsItsStateAndNeverSoldAgain) {
    open();
    for (const auto end : {reservation_state::cancelled, reservation_state::expired}) {
        const auto id = id_of(static_cast<std::int64_t>(end) + 1);
        ledger.reserve({{id, "ada", 2}});
        ledger.settle(id, end);
        const auto told = ledger.reserve_one({id, "ada", 2});
        EXPECT_EQ(told.status, "known");
        EXPECT_EQ(told.details().state, end);
        EXPECT_EQ(told.details().tickets, "");
    }
    EXPECT_EQ(ledger.read().says.says.sold, 0);
}

TEST_F(KnownId, L17EndedWithAnotherQuantityIsStillAReusedKey) {
    open();
    ledger.reserve({{id_of(1), "ada", 2}});
    ledger.settle(id_of(1), reservation_state::cancelled);
    EXPECT_EQ(status_of({id_of(1), "ada", 1}), "key_reused");
}

TEST_F(KnownId, L17IsAnsweredWhenTheSaleSellsNoMore) {
    open({.total = 1});
    const wish winner{id_of(1), "ada"};
    ledger.reserve({winner});
    EXPECT_EQ(status_of(winner), "known");
    for (const auto* change : {"pause", "resume", "close"}) {
        ASSERT_EQ(ledger.adjust(change).verdict, "done");
        EXPECT_EQ(status_of(winner), "known") << change;
    }
}

TEST_F(KnownId, P6IsNotCountedAgainstTheBuyersLimit) {
    open({.limit = 1});
    const wish winner{id_of(1), "ada"};
    EXPECT_EQ(ledger.reserve({winner, winner}).statuses(), (statuses{"held", "known"}));
    EXPECT_EQ(status_of(winner), "known");
    EXPECT_EQ(ledger.command({"HGET", ledger.key("buyers"), "ada"}).text, "1:1");
}

TEST_F(KnownId, P9AmongOthersInABatchTakesNothingFromThem) {
    open({.total = 3});
    ledger.reserve(wishes(1, 1));
    const auto told = ledger.reserve({{id_of(2), ""}, {id_of(1), ""}, {id_of(3), ""}});
    EXPECT_EQ(told.statuses(), (statuses{"held", "known", "held"}));
    EXPECT_EQ(told.tickets(), (numbers{2, 3}));
    EXPECT_EQ(told.items[1].tickets(), (numbers{1}));
}

}  // namespace onsale::test
