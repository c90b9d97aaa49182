#include "../../src/app/rebuild/rebuilt_sale.hpp"

#include <gtest/gtest.h>

#include <algorithm>

// A sale from its orders: every number is somebody's, free, never issued, withheld or gone (L28).

namespace onsale::app {
namespace {

using entries = std::vector<rebuilt_sale::entry>;

std::string id(char digit) {
    return std::string(32, digit);
}

/// Ten tickets: 1 is held, 2 paid, 3-4 came back from a cancelled one, 5 was withdrawn; 6-10 are
/// new.
class RebuiltSale : public testing::Test {
  protected:
    RebuiltSale() {
        orders.is_followed = true;
        orders.position = {1, 7};
        orders.terms = orders::ordered_terms{.at = {1, 6},
                                             .state = sale_state::open,
                                             .total = 9,
                                             .last = 10,
                                             .withdrawn = "5",
                                             .withheld = "",
                                             .hold_ms = 60'000,
                                             .limit = 4,
                                             .price = 4'200,
                                             .opens = 1,
                                             .salt = "salt"};
        add('a', "1|held|1|1|5000|100|0|1|2||0|ann");
        add('b', "1|paid|1|2|6000|100|200|1|4|pay-1|0|bob");
        add('c', "1|cancelled|2|3-4|7000|100|300|1|5||4200|bob");
        orders.refunds.push_back({keep(id('c')), "pay-2", 4'200, "due", "ended", 300, 0});
    }

    std::string_view keep(std::string_view text) { return orders.texts.keep(text); }
    reservation read(char digit, std::string_view record) {
        return parse_record(keep(id(digit)), keep(record)).value();
    }
    void add(char digit, std::string_view record) { orders.orders.push_back(read(digit, record)); }

    [[nodiscard]] rebuilt_sale rebuilt(const std::optional<last_heard>& heard) {
        auto made = rebuild_sale(orders, heard, {.now = 1'000, .epoch = 2});
        EXPECT_TRUE(made);
        const auto free = made->free.size() + made->last - made->next + 1;
        EXPECT_EQ(made->total, made->sold + free) << "the law";
        return std::move(*made);
    }

    orders::order_snapshot orders;
    const last_heard nothing_more{.at = {1, 7}, .last = 10, .next = 6};
};

}  // namespace

TEST_F(RebuiltSale, IsAsTheOrdersAreIfNothingCameAfterThem) {
    const auto made = rebuilt(nothing_more);
    EXPECT_EQ(made.total, 9);
    EXPECT_EQ(made.sold, 2);
    EXPECT_EQ(made.paid, 1);
    EXPECT_EQ(made.last, 10);
    EXPECT_EQ(made.next, 6);
    EXPECT_EQ(made.free.list(), "3-4");
    EXPECT_EQ(made.withheld.list(), "");
    EXPECT_EQ(made.vanished.list(), "");
    EXPECT_EQ(made.owed, 1);
    EXPECT_EQ(made.buyers, (entries{{"ann", "1:1"}, {"bob", "1:2"}})) << "P6: for life";
    EXPECT_EQ(made.due, (entries{{"5000", id('a')}}));
    EXPECT_EQ(made.refunds, (entries{{id('c'), "pay-2 4200 due ended 300 0"}}));
    EXPECT_EQ(made.reservations[1],
              (rebuilt_sale::entry{id('b'), "1|paid|1|2|6000|100|200|1|4|pay-1|0|bob"}));
    EXPECT_EQ(made.reservations[2],
              (rebuilt_sale::entry{id('c'), "1|cancelled|2||7000|100|300|1|5||4200|bob"}))
        << "an ended one has given its numbers back";
}

TEST_F(RebuiltSale, L28WithholdsWhatNobodyOwnsIfNobodyRemembers) {
    const auto made = rebuilt(std::nullopt);
    EXPECT_EQ(made.withheld.list(), "3-4,6-10");
    EXPECT_EQ(made.total, 2);
    EXPECT_EQ(made.next, 11);
}

TEST_F(RebuiltSale, L28WithholdsOnlyWhatMayHaveBeenGivenAfterTheLastOrder) {
    const auto made = rebuilt(last_heard{.at = {1, 9}, .last = 10, .next = 8});
    EXPECT_EQ(made.withheld.list(), "3-4,6-7") << "8 was not yet issued";
    EXPECT_EQ(made.total, 5);
    EXPECT_EQ(made.next, 8);
}

TEST_F(RebuiltSale, L28KnowsOfARestockThatNoOrderFollowed) {
    const auto made = rebuilt(last_heard{.at = {1, 9}, .last = 12, .next = 6});
    EXPECT_EQ(made.last, 12);
    EXPECT_EQ(made.total, 9) << "two more, and two withheld";
    EXPECT_EQ(made.withheld.list(), "3-4");
}

/// What one of them knows is true, whoever else has forgotten how many there were.
TEST_F(RebuiltSale, P1MakesNoNumberASecondTimeThoughNotAllRemember) {
    const auto made = rebuilt(last_heard{.at = {1, 9}, .last = 12, .next = 6, .by_all = false});
    EXPECT_EQ(made.last, 12);
    EXPECT_EQ(made.withheld.list(), "3-4,6-12");
    EXPECT_EQ(made.unknown_versions, -1);
    orders.terms->has_gap = true;
    EXPECT_EQ(rebuilt(last_heard{.at = {1, 9}, .last = 12, .next = 6}).withheld.list(), "3-4,6-12");
}

/// A node that was started on an old copy of the ledger.
TEST_F(RebuiltSale, L28BelievesNobodyWhoKnowsLessThanTheOrders) {
    const auto made = rebuilt(last_heard{.at = {1, 6}, .last = 20, .next = 6});
    EXPECT_EQ(made.last, 10);
    EXPECT_EQ(made.withheld.list(), "3-4,6-10");
    EXPECT_EQ(made.unknown_versions, -1);
}

/// They may have been paid, or have expired and been sold to somebody else.
TEST_F(RebuiltSale, L28EndsWhatIsPastItsPayByAndMayHaveChangedSince) {
    orders.orders[0].pay_by = 900;
    const auto made = rebuilt(last_heard{.at = {1, 9}, .last = 10, .next = 6});
    EXPECT_EQ(made.withheld.list(), "1,3-4");
    EXPECT_EQ(made.sold, 1);
    EXPECT_EQ(made.due, entries{});
    EXPECT_EQ(made.lapsed_count, 1);
    ASSERT_EQ(made.lapsed.size(), 1U);
    EXPECT_EQ(made.lapsed[0], id('a') + " 1|expired|1||900|100|1000|2|2||0|ann");
    EXPECT_EQ(made.unknown_versions, 2);
    EXPECT_EQ(rebuilt(nothing_more).lapsed_count, 0) << "nothing has changed: it expires as usual";
}

TEST_F(RebuiltSale, L28SaysWhatMayHaveChangedSince) {
    EXPECT_EQ(rebuilt(std::nullopt).doubtful, 1);
    EXPECT_EQ(rebuilt(nothing_more).doubtful, 0);
}

TEST_F(RebuiltSale, L8IsNotMadeOfARemovedOne) {
    orders.terms->state = sale_state::removed;
    EXPECT_FALSE(rebuild_sale(orders, nothing_more, {.now = 1'000, .epoch = 2}));
}

TEST_F(RebuiltSale, P1IsNotMadeOfOrdersThatSellATicketTwice) {
    add('d', "1|held|1|2|5000|100|0|1|7||0|dora");
    EXPECT_FALSE(rebuild_sale(orders, nothing_more, {.now = 1'000, .epoch = 2}));
}

TEST_F(RebuiltSale, DoesNotWithholdWhatIsSomebodys) {
    orders.terms->withheld = "2,6";
    orders.terms->total = 8;
    EXPECT_EQ(rebuilt(nothing_more).withheld.list(), "6");
}

TEST_F(RebuiltSale, L28KeepsWhatAnEarlierRebuildWithheld) {
    orders.terms->withheld = "6-7";
    orders.terms->total = 7;
    const auto made = rebuilt(nothing_more);
    EXPECT_EQ(made.withheld.list(), "6-7");
    EXPECT_EQ(made.total, 7);
    EXPECT_EQ(made.next, 8);
}

TEST_F(RebuiltSale, DropsAsManyAsWereWithdrawnUnknown) {
    orders.terms->total = 6;
    const auto made = rebuilt(nothing_more);
    EXPECT_EQ(made.total, 6);
    EXPECT_EQ(made.vanished.list(), "6-8") << "as withdraw takes them: never issued, lowest first";
    EXPECT_EQ(made.free.list(), "3-4");
}

TEST_F(RebuiltSale, L27CountsADeadLetterAsTaken) {
    orders.lettered.push_back(read('d', "1|held|2|6-7|8000|100|0|1|7||0|dora"));
    orders.letters = 1;
    const auto made = rebuilt(nothing_more);
    EXPECT_EQ(made.sold, 4);
    EXPECT_EQ(made.next, 8);
    EXPECT_EQ(made.reservations.size(), 4U);
}

TEST_F(RebuiltSale, L27ADeadLetterIsNewerThanItsRow) {
    orders.lettered.push_back(read('a', "1|cancelled|1|1|5000|100|400|1|7||0|ann"));
    const auto made = rebuilt(nothing_more);
    EXPECT_EQ(made.reservations.size(), 3U);
    EXPECT_EQ(made.sold, 1);
    EXPECT_EQ(made.free.list(), "1,3-4");
}

// It ended, and its row was good; only the letter knows what it had.
TEST_F(RebuiltSale, L27ARowIsNewerThanItsDeadLetter) {
    add('d', "1|cancelled|2||8000|100|400|1|7||0|dora");
    orders.lettered.push_back(read('d', "1|held|2|6-7|8000|100|0|1|6||0|dora"));
    const auto made = rebuilt({{.at = {1, 7}, .last = 10, .next = 8}});
    EXPECT_EQ(made.sold, 2) << "not held again";
    EXPECT_EQ(made.reservations.size(), 4U);
    EXPECT_EQ(made.free.list(), "3-4,6-7");
}

TEST_F(RebuiltSale, L22WhatWasSentBackIsNotOwedAgain) {
    orders.refunds[0].state = "done";
    orders.refunds[0].done = 500;
    orders.lettered_refunds.push_back({keep(id('c')), "pay-2", 4'200, "due", "ended", 300, 0});
    EXPECT_EQ(rebuilt(nothing_more).owed, 0);
}

TEST_F(RebuiltSale, L28WithholdsAllIfItIsNotKnownWhatLeftTheSale) {
    orders.terms->has_gap = true;
    EXPECT_EQ(rebuilt(nothing_more).withheld.list(), "3-4,6-10");
}

TEST_F(RebuiltSale, L27WithholdsAllIfADeadLetterCannotBeRead) {
    orders.unreadable.push_back({1, 7});
    EXPECT_EQ(rebuilt(nothing_more).withheld.list(), "3-4,6-10");
}

TEST_F(RebuiltSale, IsNothingWithoutTerms) {
    orders.terms.reset();
    EXPECT_FALSE(rebuild_sale(orders, nothing_more, {.now = 1'000, .epoch = 2}));
}

}  // namespace onsale::app
