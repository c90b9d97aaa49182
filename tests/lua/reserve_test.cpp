#include "lua/ledger_test.hpp"

#include <algorithm>
#include <set>

namespace onsale::test {

using Reserve = ledger_test;

TEST_F(Reserve, L2NumbersAreGivenFromTheLowestInTheOrderOfArrival) {
    open({.total = 10});
    const auto told = ledger.reserve({{id_of(9), "", 1}, {id_of(3), "", 3}, {id_of(5), "", 2}});
    EXPECT_EQ(told.statuses(), (statuses{"held", "held", "held"}));
    EXPECT_EQ(told.items[0].details().tickets, "1");
    EXPECT_EQ(told.items[1].details().tickets, "2-4");
    EXPECT_EQ(told.items[2].details().tickets, "5-6");
}

TEST_F(Reserve, L2SellsTheLastTicketAndNotOneMore) {
    open({.total = 3});
    const auto told = ledger.reserve(wishes(1, 5));
    EXPECT_EQ(told.statuses(), (statuses{"held", "held", "held", "sold_out", "sold_out"}));
    EXPECT_EQ(told.tickets(), (numbers{1, 2, 3}));
    EXPECT_EQ(told.says.says.remaining(), 0);
    EXPECT_EQ(status_of({id_of(6), ""}), "sold_out");
}

TEST_F(Reserve, QuantityIsAllOrNothingAndTooFewLeavesTheRestToOthers) {
    open({.total = 3});
    const auto told = ledger.reserve({{id_of(1), "", 2}, {id_of(2), "", 2}, {id_of(3), "", 1}});
    EXPECT_EQ(told.statuses(), (statuses{"held", "too_few", "held"}));
    EXPECT_EQ(told.tickets(), (numbers{1, 2, 3}));
}

TEST_F(Reserve, L2NumbersThatCameBackAreGivenFirst) {
    open({.total = 10});
    ledger.reserve({{id_of(1), "", 3}, {id_of(2), "", 2}});
    ledger.settle(id_of(1), reservation_state::cancelled);
    const auto told = ledger.reserve({{id_of(3), "", 2}, {id_of(4), "", 4}});
    EXPECT_EQ(told.items[0].tickets(), (numbers{1, 2}));
    EXPECT_EQ(told.items[1].tickets(), (numbers{3, 6, 7, 8}));
}

TEST_F(Reserve, L2ASaleSoldOutSellsWhatComesBackAndNotMore) {
    open({.total = 4});
    ledger.reserve({{id_of(1), "", 2}, {id_of(2), "", 2}});
    ledger.settle(id_of(1), reservation_state::paid);
    ledger.settle(id_of(1), reservation_state::refunded);
    const auto told = ledger.reserve(wishes(10, 3));
    EXPECT_EQ(told.statuses(), (statuses{"held", "held", "sold_out"}));
    EXPECT_EQ(told.tickets(), (numbers{1, 2}));
}

TEST_F(Reserve, L3ABatchIsOneVersionAndOneEntry) {
    open({.total = 100});
    const auto told = ledger.reserve(wishes(1, 64));
    EXPECT_EQ(told.says.says.at, (ledger_version{1, 2}));
    EXPECT_EQ(told.items[0].details().written, (ledger_version{1, 2}));
    EXPECT_EQ(ledger.command({"XLEN", ledger.key("journal")}).integer, 2);
}

TEST_F(Reserve, L3ABatchOfRefusalsAndRepeatsIsNoVersion) {
    open({.total = 2});
    ledger.reserve(wishes(1, 2));
    const auto before = digest();
    const auto told = ledger.reserve(wishes(1, 4));
    EXPECT_EQ(told.statuses(), (statuses{"known", "known", "sold_out", "sold_out"}));
    EXPECT_EQ(told.says.says.at, (ledger_version{1, 2}));
    EXPECT_EQ(digest(), before);
}

TEST_F(Reserve, L4TheWordIsTheOneAfterTheBatch) {
    open({.total = 10});
    const auto told = ledger.reserve(wishes(1, 4)).says;
    EXPECT_EQ(told.says.sold, 4);
    EXPECT_EQ(told.says.remaining(), 6);
    EXPECT_EQ(told.next, 5);
    EXPECT_EQ(told.last, 10);
}

TEST_F(Reserve, P9AnswersComeInOrderAndCarryTheirIds) {
    open({.total = 2});
    const auto batch =
        std::vector<wish>{{id_of(7), "", 5}, {id_of(1), ""}, {id_of(1), ""}, {id_of(4), ""}};
    const auto told = ledger.reserve(batch);
    ASSERT_EQ(told.items.size(), batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
        EXPECT_EQ(told.items[i].id, batch[i].id);
    }
    EXPECT_EQ(told.statuses(), (statuses{"too_few", "held", "known", "held"}));
}

TEST_F(Reserve, L16TakesTheBiggestBatch) {
    open({.total = 1000});
    const auto told = ledger.reserve(wishes(1, limits::batch));
    EXPECT_EQ(told.says.says.sold, static_cast<std::int64_t>(limits::batch));
    EXPECT_EQ(told.tickets().back(), static_cast<std::int64_t>(limits::batch));
}

TEST_F(Reserve, L16TakesTheMostTicketsOfABatchAndGivesThemAgain) {
    constexpr std::int64_t each = limits::batch_tickets / limits::batch;
    open({.total = limits::batch_tickets});
    auto batch = wishes(1, limits::batch);
    for (auto& one : batch) {
        one.quantity = each;
    }
    EXPECT_EQ(ledger.reserve(batch).says.says.remaining(), 0);
    for (const auto& one : batch) {
        ledger.make_due(one.id);
    }
    EXPECT_EQ(ledger.sweep(), limits::batch);
    for (auto& one : batch) {
        one.id.front() = 'f';
    }
    const auto told = ledger.reserve(batch);
    EXPECT_EQ(told.says.says.remaining(), 0);
    EXPECT_EQ(told.tickets().size(), limits::batch_tickets);
}

TEST_F(Reserve, L19PayByIsTheHoldTimeAndASmallShareMore) {
    open({.total = 100, .hold_ms = 100'000});
    std::set<ledger_ms> shares;
    for (std::int64_t n = 0; n < 100; ++n) {
        const auto id = "0123456789abcdef0123456789ab" + id_of(n * 661).substr(28);
        const auto told = ledger.reserve_one({id, ""});
        const auto record = told.details();
        EXPECT_GE(record.pay_by, record.reserved + 100'000);
        EXPECT_LE(record.pay_by, record.reserved + 105'000);
        shares.insert(record.pay_by - record.reserved);
    }
    EXPECT_GT(shares.size(), 90U);
    EXPECT_GT(*shares.rbegin() - *shares.begin(), 4'000);
}

TEST_F(Reserve, L19ABatchHasOnePayByAndOneDeadline) {
    open({.total = 100, .hold_ms = 100'000});
    const auto told = ledger.reserve(wishes(1, 100));
    for (const auto& item : told.items) {
        EXPECT_EQ(item.details().reserved, told.says.says.now);
        EXPECT_EQ(item.details().pay_by, told.says.says.due);
    }
    EXPECT_EQ(ledger.command({"ZCARD", ledger.key("due")}).integer, 1);
}

TEST_F(Reserve, KeepsABuyersNameAsItIs) {
    open();
    const std::string odd = "a b|c{d}\"'%:,~ " + std::string(limits::buyer - 15, 'z');
    const auto told = ledger.reserve_one({id_of(1), odd});
    EXPECT_EQ(told.details().buyer, odd);
    EXPECT_EQ(ledger.read({id_of(1)}).items.at(0).details().buyer, odd);
}

TEST_F(Reserve, AQuantityThatIsNoCountIsAnErrorAndWritesNothing) {
    open();
    const auto before = digest();
    for (const std::int64_t quantity : {0, -1}) {
        const std::vector<wish> batch{{id_of(1), "", 1}, {id_of(2), "", quantity}};
        EXPECT_TRUE(error_of([&] { ledger.reserve(batch); }).starts_with("QUANTITY")) << quantity;
    }
    EXPECT_EQ(digest(), before);
}

TEST_F(Reserve, RunsAgainAfterTheScriptsAreForgotten) {
    open();
    server().flush_scripts();
    EXPECT_EQ(status_of({id_of(1), ""}), "held");
}

}  // namespace onsale::test
