#include "unit/box_office_test.hpp"

namespace onsale::test {

/// A sale of ten tickets that somebody else has bought.
class BoxOfficeRefusal : public box_office_test {
  protected:
    void start_sold_out(time_point word_sent) {
        start({.terms = {.total = 10}, .mine = {0, 1, 0.0}});
        model->reserve("winner", "eve", 10);
        hear(word_sent);
    }

    /// Nothing remains and the word says so freshly, or did once.
    [[nodiscard]] time_point fresh() const { return now + 1us; }
    [[nodiscard]] time_point old() const { return now - 2s; }
};

TEST_F(BoxOfficeRefusal, L11AFreshSoldOutAsksNobody) {
    start_sold_out(fresh());
    EXPECT_EQ(buy(), outcome::sold_out);
    EXPECT_EQ(asked(), 0U);
    EXPECT_EQ(office->waiting(), 0U);
}

TEST_F(BoxOfficeRefusal, L11AnOldSoldOutWaitsForANewWord) {
    start_sold_out(old());
    EXPECT_EQ(buy(), std::nullopt);
    ASSERT_EQ(asked(), 1U);
    EXPECT_EQ(ledger->waiting().at(0)->asks, errand::look_up);
    ledger->answer(fresh());
    EXPECT_EQ(told.answers.at(0).what, outcome::sold_out);
}

TEST_F(BoxOfficeRefusal, L11ANewWordWithTicketsLetsThePurchaseGoOn) {
    start_sold_out(old());
    buy();
    model->settle("winner", reservation_state::cancelled);
    ledger->answer(fresh());
    EXPECT_TRUE(told.answers.empty());
    ASSERT_EQ(asked(), 1U);
    EXPECT_EQ(ledger->waiting().at(0)->asks, errand::reserve);
    ledger->answer(later());
    EXPECT_EQ(told.answers.at(0).what, outcome::sold);
    EXPECT_EQ(told.answers.at(0).tag, last_tag);
}

TEST_F(BoxOfficeRefusal, L11WithoutANewWordTheAnswerIsBusyNotSoldOut) {
    start_sold_out(old());
    buy();
    ledger->answer(old() + 1ms);
    EXPECT_EQ(told.answers.at(0).what, outcome::busy);
    buy();
    ledger->fail(errc::outcome_unknown);
    EXPECT_EQ(told.answers.at(1).what, outcome::busy);
    EXPECT_EQ(tokens(), 0);
}

TEST_F(BoxOfficeRefusal, L11SaysHowManyAreLeft) {
    start({.terms = {.total = 2}, .local_stock = 1});
    const auto refused = buy_and_hear(tickets(3));
    EXPECT_EQ(refused.what, outcome::too_few);
    EXPECT_EQ(refused.remaining, 2);
    EXPECT_EQ(told.answers.size(), 0U);
}

TEST_F(BoxOfficeRefusal, L11PausedAndClosedAreSaidFromAFreshWordOnly) {
    for (const auto& [state, why] : {std::pair{sale_state::paused, outcome::paused},
                                     std::pair{sale_state::closed, outcome::closed}}) {
        start({.terms = {.total = 10}, .word_sent = old()});
        model->set_state(state);
        hear(old() + 1ms);
        EXPECT_EQ(buy(), std::nullopt);
        ledger->answer(fresh());
        EXPECT_EQ(last_told().what, why);
        EXPECT_EQ(buy(), why);
        EXPECT_EQ(tokens(), 10);
    }
}

// Its answer would come later than P12 allows.
TEST_F(BoxOfficeRefusal, P12WhoseTimeIsOverAfterTheLookUpIsNotSentOn) {
    start({.terms = {.total = 10}, .word_sent = now - 6s});
    model->set_state(sale_state::paused);
    hear(now - 5s);
    EXPECT_EQ(office->buy(*on, keyed("k"), 1, now - limits::purchase_deadline), std::nullopt);
    model->set_state(sale_state::open);
    ledger->answer(fresh());
    EXPECT_EQ(last_told().what, outcome::busy);
    EXPECT_EQ(asked(), 0U);
    EXPECT_EQ(tokens(), 10);
}

TEST_F(BoxOfficeRefusal, L11BeforeTheOpeningNobodyIsAsked) {
    start({.terms = {.total = 10}});
    auto w = model->says(now);
    w.at.version = 9;
    w.opens = w.now + 10'000;
    on->shared().hear(w);
    for (const auto after : {0ms, 5'000ms, 9'999ms}) {
        EXPECT_EQ(office->buy(*on, keyed("k"), 1, now + after).value().what, outcome::not_open);
    }
    EXPECT_EQ(asked(), 0U);
    EXPECT_EQ(tokens(), 10);
    EXPECT_FALSE(office->buy(*on, keyed("k"), 1, now + 10s));
    EXPECT_EQ(asked(), 1U);
}

TEST_F(BoxOfficeRefusal, L4FrozenIsSaidFromMemoryHoweverOldAndWithTokensLeft) {
    start({.terms = {.total = 10}, .word_sent = old()});
    model->set_state(sale_state::frozen);
    hear(old());
    EXPECT_EQ(buy(), outcome::frozen);
    EXPECT_EQ(buy(keyed("k")), outcome::frozen);
    EXPECT_EQ(asked(), 0U);
}

TEST_F(BoxOfficeRefusal, L5AFrozenLedgersAnswerStopsTheNode) {
    start({.terms = {.total = 10}});
    model->set_state(sale_state::frozen);
    EXPECT_EQ(buy_and_hear().what, outcome::frozen);
    EXPECT_EQ(buy(), outcome::frozen);
    EXPECT_EQ(asked(), 0U);
}

TEST_F(BoxOfficeRefusal, L13AnOwnKeyIsLookedUpBeforeItIsRefused) {
    start({.terms = {.total = 1}, .mine = {0, 1, 0.0}});
    const auto bought = buy_and_hear(keyed("k"));
    ASSERT_EQ(bought.what, outcome::sold);
    const auto again = buy_and_hear(keyed("k"));
    EXPECT_EQ(again.what, outcome::repeated);
    EXPECT_EQ(again.tickets, "1");
    EXPECT_EQ(again.id, bought.id);
    EXPECT_EQ(buy_and_hear(keyed("k", "bob")).what, outcome::sold_out);
}

TEST_F(BoxOfficeRefusal, L13OnlyOwnKeysInAnOpenSaleAreLookedUp) {
    start_sold_out(fresh());
    EXPECT_EQ(buy({"ada", "k", key_kind::request_id, 1}), outcome::sold_out);
    EXPECT_EQ(buy({"ada", "", key_kind::none, 1}), outcome::sold_out);
    EXPECT_EQ(asked(), 0U);
    model->set_state(sale_state::paused);
    hear(fresh());
    EXPECT_EQ(buy(keyed("k")), outcome::paused);
    EXPECT_EQ(asked(), 0U);
}

TEST_F(BoxOfficeRefusal, L13WhatIsFoundIsToldAsItIs) {
    start({.terms = {.total = 1}, .mine = {0, 1, 0.0}});
    const auto bought = buy_and_hear(keyed("k"));
    EXPECT_EQ(buy_and_hear(keyed("k", "ada", 2)).what, outcome::key_reused);
    model->settle(bought.id, reservation_state::expired);
    model->reserve("another", "", 1);
    hear(later());
    EXPECT_EQ(buy_and_hear(keyed("k")).what, outcome::ended);
}

}  // namespace onsale::test
