#include "unit/box_office_test.hpp"

#include <set>

namespace onsale::test {

/// One purchase, exactly once: ids, repeats, lost replies.
class BoxOfficeOnce : public box_office_test {
  protected:
    std::string id_of(const purchase_request& request) {
        EXPECT_EQ(buy(request), std::nullopt);
        return std::string{view(ledger->waiting().at(asked() - 1)->id)};
    }
};

TEST_F(BoxOfficeOnce, L15TheSameKeyIsTheSameId) {
    start({.terms = {.total = 100}});
    const auto id = id_of(keyed("k"));
    EXPECT_EQ(id_of(keyed("k")), id);
    EXPECT_EQ(id_of({"ada", "k", key_kind::request_id, 1}), id);
    EXPECT_EQ(id_of(keyed("k", "ada", 2)), id);
}

TEST_F(BoxOfficeOnce, L15AnotherKeyOrAnotherBuyerIsAnotherId) {
    start({.terms = {.total = 100}});
    const std::set<std::string> ids{id_of(keyed("k")),        id_of(keyed("l")),
                                    id_of(keyed("k", "bob")), id_of(keyed("k", "")),
                                    id_of(tickets(1)),        id_of(tickets(1))};
    EXPECT_EQ(ids.size(), 6U);
}

TEST_F(BoxOfficeOnce, L15TheBuyerGoesToTheLedger) {
    start({.terms = {.total = 100}});
    buy(keyed("k", "ada"));
    const auto& one = *ledger->waiting().at(0);
    EXPECT_EQ(std::string_view(one.buyer.data(), one.buyer.size()), "ada");
}

TEST_F(BoxOfficeOnce, P4ARepeatGetsTheSameAnswerAndItsTokenBack) {
    start({.terms = {.total = 100}});
    const auto first = buy_and_hear(keyed("k"));
    const auto again = buy_and_hear(keyed("k"));
    EXPECT_EQ(first.what, outcome::sold);
    EXPECT_EQ(again.what, outcome::repeated);
    EXPECT_EQ(again.tickets, first.tickets);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(tokens(), 99);
}

TEST_F(BoxOfficeOnce, P4ManyAtOnceWithOneKeyBuyOnce) {
    start({.terms = {.total = 100}});
    for (int i = 0; i < 50; ++i) {
        buy(keyed("k"));
    }
    ledger->answer(later());
    ASSERT_EQ(told.answers.size(), 50U);
    EXPECT_EQ(told.answers[0].what, outcome::sold);
    for (std::size_t i = 0; i < told.answers.size(); ++i) {
        EXPECT_EQ(told.answers[i].tag, i + 1);
        EXPECT_EQ(told.answers[i].tickets, "1");
    }
    EXPECT_EQ(tokens(), 99);
}

TEST_F(BoxOfficeOnce, L17AReusedKeyTellsNothingOfTheOther) {
    start({.terms = {.total = 100}});
    buy_and_hear(keyed("k"));
    const auto other = buy_and_hear(keyed("k", "ada", 2));
    EXPECT_EQ(other.what, outcome::key_reused);
    EXPECT_EQ(other.tickets, "");
    EXPECT_EQ(tokens(), 99);
}

TEST_F(BoxOfficeOnce, L17AnEndedReservationIsNeverASuccess) {
    start({.terms = {.total = 100}});
    const auto bought = buy_and_hear(keyed("k"));
    model->settle(bought.id, reservation_state::cancelled);
    EXPECT_EQ(buy_and_hear(keyed("k")).what, outcome::ended);
    EXPECT_EQ(tokens(), 99);
}

TEST_F(BoxOfficeOnce, L18AfterALostReplyTheSameIdGetsItsTicketAndKeepsItsToken) {
    start({.terms = {.total = 100}});
    buy(keyed("k"));
    ledger->lose_reply();
    ledger->answer(later());
    EXPECT_EQ(told.answers.at(0).what, outcome::sold);
    EXPECT_EQ(told.answers.at(0).tickets, "1");
    EXPECT_EQ(model->says({}).sold, 1);
    EXPECT_EQ(tokens(), 99);
}

TEST_F(BoxOfficeOnce, L18AWinnersRepeatWhoseLookUpWasLostIsARepeat) {
    start({.terms = {.total = 1}, .mine = {0, 1, 0.0}});
    buy_and_hear(keyed("k"));
    buy(keyed("k"));
    ASSERT_EQ(ledger->waiting().at(0)->asks, errand::look_up);
    ledger->lose_reply();
    ledger->answer(later());
    EXPECT_EQ(last_told().what, outcome::repeated);
}

// A look-up takes nothing: what was lost of it leaves no doubt about the purchase that follows.
TEST_F(BoxOfficeOnce, L18APurchaseAfterALostLookUpHasNotBeenSent) {
    start({.terms = {.total = 1}, .mine = {0, 1, 0.0}});
    model->reserve("winner", "", 1);
    hear(now - 2s);
    buy(keyed("k"));
    ledger->lose_reply();
    model->settle("winner", reservation_state::cancelled);
    ledger->answer(later());
    ASSERT_EQ(asked(), 1U);
    EXPECT_EQ(ledger->waiting().at(0)->asks, errand::reserve);
    EXPECT_FALSE(ledger->waiting().at(0)->may_have_run);
}

TEST_F(BoxOfficeOnce, L18InDoubtNamesTheIdToAskBy) {
    start({.terms = {.total = 100}});
    const auto id = id_of(keyed("k"));
    ledger->lose_reply();
    ledger->fail(errc::outcome_unknown);
    EXPECT_EQ(told.answers.at(0).what, outcome::in_doubt);
    EXPECT_EQ(told.answers.at(0).id, id);
}

TEST_F(BoxOfficeOnce, P6TheLedgersRefusalsReachTheBuyer) {
    start({.terms = {.total = 100, .limit = 1, .cap = 2}});
    const auto first = buy_and_hear(keyed("1"));
    EXPECT_EQ(buy_and_hear(keyed("2")).what, outcome::limit_reached);
    model->settle(first.id, reservation_state::cancelled);
    const auto second = buy_and_hear(keyed("3"));
    model->settle(second.id, reservation_state::cancelled);
    EXPECT_EQ(buy_and_hear(keyed("4")).what, outcome::too_many_reservations);
}

TEST_F(BoxOfficeOnce, AViewerSeesTheReservationOrThatThereIsNone) {
    start({.terms = {.total = 100}});
    buy_and_hear({"ada", "k", key_kind::own, 2});
    id_digits id{};
    const auto known = told.answers.at(0).id;
    std::copy(known.begin(), known.end(), id.begin());
    EXPECT_TRUE(office->show(*on, id, 7, now));
    EXPECT_TRUE(office->show(*on, random_id(), 8, now));
    ledger->answer(later());
    EXPECT_TRUE(office->show(*on, id, 9, now));
    ledger->fail(errc::not_sent);
    ASSERT_EQ(told.sightings.size(), 3U);
    EXPECT_EQ(told.sightings[0].tickets, "1,2");
    EXPECT_TRUE(told.sightings[1].reached);
    EXPECT_EQ(told.sightings[1].tickets, "");
    EXPECT_FALSE(told.sightings[2].reached);
    EXPECT_EQ(tokens(), 98);
    EXPECT_EQ(office->waiting(), 0U);
}

TEST_F(BoxOfficeOnce, AttemptsAreCountedForTheStatLogWhateverTheAnswer) {
    start({.terms = {.total = 1}, .mine = {0, 1, 0.0}, .settings = {.count_attempts = true}});
    EXPECT_EQ(buy_and_hear().attempt, 1);
    EXPECT_EQ(buy_and_hear().attempt, 2);
    EXPECT_EQ(buy_and_hear(tickets(5)).attempt, 3);
}

TEST_F(BoxOfficeOnce, ASaleIsFoundOnceItIsDiscovered) {
    start({.terms = {.total = 1}});
    EXPECT_EQ(office->find("later"), nullptr);
    book->add({"later", {}}, model->says(now));
    ASSERT_NE(office->find("later"), nullptr);
    EXPECT_EQ(office->find("later")->id(), "later");
    EXPECT_EQ(office->find("demo"), on);
}

}  // namespace onsale::test
