#include "unit/box_office_test.hpp"

namespace onsale::test {

using BoxOfficeStock = box_office_test;

TEST_F(BoxOfficeStock, L9ATokenIsTakenBeforeTheLedgerIsAsked) {
    start({.terms = {.total = 10}});
    EXPECT_EQ(buy(tickets(3)), std::nullopt);
    EXPECT_EQ(tokens(), 7);
    ASSERT_EQ(asked(), 1U);
    EXPECT_EQ(ledger->waiting().at(0)->asks, errand::reserve);
    EXPECT_EQ(ledger->waiting().at(0)->quantity, 3U);
    EXPECT_EQ(ledger->waiting().at(0)->deadline, now + limits::purchase_deadline);
}

TEST_F(BoxOfficeStock, L9IsKeptByWhoGotTheTicket) {
    start({.terms = {.total = 10}});
    const auto bought = buy_and_hear(tickets(2));
    EXPECT_EQ(bought.what, outcome::sold);
    EXPECT_EQ(bought.tickets, "1,2");
    EXPECT_EQ(bought.remaining, 8);
    EXPECT_EQ(tokens(), 8);
    EXPECT_EQ(office->waiting(), 0U);
}

// Each answer of the ledger, with tickets left: is the token of the purchase back?
TEST_F(BoxOfficeStock, L9IsGivenBackByEveryAnswerThatTookNoTicketWhileSomeAreLeft) {
    struct row {
        outcome what;
        std::int64_t back;
    };
    start({.terms = {.total = 1000}});
    for (const auto& [what, back] :
         {row{outcome::sold, 0}, row{outcome::repeated, 2}, row{outcome::key_reused, 2},
          row{outcome::frozen, 2}, row{outcome::closed, 2}, row{outcome::paused, 2},
          row{outcome::not_open, 2}, row{outcome::too_many_reservations, 2},
          row{outcome::limit_reached, 2}, row{outcome::too_few, 2}}) {
        ASSERT_EQ(buy(tickets(2)), std::nullopt);
        const auto before = tokens();
        ledger->answer_first(what, model->says(later()));
        EXPECT_EQ(tokens() - before, back) << name_of(what);
        EXPECT_EQ(last_told().what, what);
    }
}

TEST_F(BoxOfficeStock, L9IsNotGivenBackWhenNothingIsLeft) {
    start({.terms = {.total = 1}, .mine = {1, 1, 5.0}});
    ASSERT_EQ(tokens(), 6);
    EXPECT_EQ(buy_and_hear().what, outcome::sold);
    EXPECT_EQ(buy_and_hear().what, outcome::sold_out);
    EXPECT_EQ(tokens(), 4);
}

TEST_F(BoxOfficeStock, L9IsKeptByAnUnknownOutcomeAndGivenBackByOneThatWasNotSent) {
    start({.terms = {.total = 10}});
    buy();
    ledger->fail(errc::outcome_unknown);
    EXPECT_EQ(last_told().what, outcome::in_doubt);
    EXPECT_EQ(tokens(), 9);
    buy();
    ledger->fail(errc::not_sent);
    EXPECT_EQ(last_told().what, outcome::busy);
    EXPECT_EQ(tokens(), 9);
}

TEST_F(BoxOfficeStock, L9IsGivenBackByOneThatWasNotSentEvenWhenNothingIsLeft) {
    start({.terms = {.total = 2}});
    buy();
    buy();
    model->withdraw(2);
    hear(later());
    ledger->fail(errc::not_sent);
    EXPECT_EQ(tokens(), 2);
}

TEST_F(BoxOfficeStock, L10ANodeThatRanOutGrantsItselfItsShareOfWhatRemains) {
    start({.terms = {.total = 100}, .mine = {1, 10, 0.0}, .local_stock = 1});
    EXPECT_EQ(buy_and_hear().what, outcome::sold);
    EXPECT_EQ(tokens(), 0);
    EXPECT_EQ(buy(), std::nullopt);
    EXPECT_EQ(tokens(), 9);  // ceil(99 / 10), one of them taken
}

TEST_F(BoxOfficeStock, L10AGrantIsAtLeastWhatIsAskedFor) {
    start({.terms = {.total = 20}, .mine = {1, 10, 0.0}, .local_stock = 1});
    EXPECT_EQ(buy(tickets(8)), std::nullopt);
    EXPECT_EQ(asked(), 1U);
    EXPECT_EQ(tokens(), 1);
}

TEST_F(BoxOfficeStock, L10ANodeWithoutWeightStillSellsWhatIsLeft) {
    start({.terms = {.total = 3}, .mine = {0, 10, 0.0}});
    ASSERT_EQ(tokens(), 0);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(buy_and_hear().what, outcome::sold);
    }
    EXPECT_EQ(buy_and_hear().what, outcome::sold_out);
}

TEST_F(BoxOfficeStock, L10NoGrantIsMadeForMoreThanRemains) {
    start({.terms = {.total = 5}, .mine = {1, 10, 0.0}, .local_stock = 1});
    EXPECT_EQ(buy(tickets(6)), outcome::too_few);
    EXPECT_EQ(tokens(), 1);
}

TEST_F(BoxOfficeStock, P2ADeadNodesShareIsSoldByAnother) {
    start({.terms = {.total = 50}, .mine = {1, 10, 0.10}});
    int sold = 0;
    while (buy_and_hear().what == outcome::sold) {
        ++sold;
    }
    EXPECT_EQ(sold, 50);
}

TEST_F(BoxOfficeStock, L14WithoutTopUpLocalStockGoneIsSoldOut) {
    start({.terms = {.total = 100}, .local_stock = 2, .settings = {.top_up = false}});
    EXPECT_EQ(buy_and_hear().what, outcome::sold);
    EXPECT_EQ(buy_and_hear().what, outcome::sold);
    EXPECT_EQ(buy(), outcome::sold_out);
    EXPECT_EQ(asked(), 0U);
}

TEST_F(BoxOfficeStock, L13WithoutTopUpAWinnersRepeatStillGetsItsTicket) {
    start({.terms = {.total = 100}, .local_stock = 1, .settings = {.top_up = false}});
    EXPECT_EQ(buy_and_hear(keyed("k")).what, outcome::sold);
    EXPECT_EQ(buy_and_hear(keyed("k")).what, outcome::repeated);
    EXPECT_EQ(buy_and_hear(keyed("other")).what, outcome::sold_out);
}

TEST_F(BoxOfficeStock, L16MoreThanMayWaitIsBusyAndLosesNoToken) {
    start({.terms = {.total = 100'000}});
    for (std::size_t i = 0; i < limits::waiting; ++i) {
        ASSERT_EQ(buy(), std::nullopt);
    }
    const auto before = tokens();
    EXPECT_EQ(buy(), outcome::busy);
    EXPECT_FALSE(office->show(*on, {}, 1, now));
    EXPECT_EQ(tokens(), before);
    EXPECT_EQ(office->waiting(), limits::waiting);
    ledger->fail(errc::not_sent);
    EXPECT_EQ(office->waiting(), 0U);
    EXPECT_EQ(buy(), std::nullopt);
}

}  // namespace onsale::test
