#include "unit/box_office_test.hpp"

// Payments and cancellations on their way through one thread (L18, L20, L21).

namespace onsale::test {

class BoxOfficeSettles : public box_office_test {
  protected:
    BoxOfficeSettles() { start({.terms = {.total = 4}}); }

    id_digits bought() {
        const auto sold = buy_and_hear(keyed("key"));
        EXPECT_EQ(sold.what, outcome::sold);
        id_digits digits{};
        std::copy(sold.id.begin(), sold.id.end(), digits.begin());
        return digits;
    }

    void pay(const id_digits& id, const char* payment = "pay-1", std::int64_t amount = 4'200) {
        EXPECT_TRUE(office->settle(*on, id, {settle_kind::pay, payment, amount}, ++last_tag, now));
    }

    void cancel(const id_digits& id) { EXPECT_TRUE(office->settle(*on, id, {}, ++last_tag, now)); }

    const heard_settlement& answer() {
        ledger->answer(later());
        return told_last();
    }

    const heard_settlement& told_last() { return told.settlements.at(told.settlements.size() - 1); }
};

TEST_F(BoxOfficeSettles, L20APaymentIsToldToWhoSentIt) {
    const auto id = bought();
    pay(id);
    const auto& heard = answer();
    EXPECT_EQ(heard.tag, last_tag);
    EXPECT_EQ(heard.what, settle_result::done);
    EXPECT_EQ(heard.id, view(id));
    EXPECT_EQ(heard.state, "paid");
    EXPECT_EQ(office->waiting(), 0u);
}

TEST_F(BoxOfficeSettles, L18ALostReplyIsAskedAgainAndIsTheSame) {
    const auto id = bought();
    pay(id);
    ledger->lose_reply();
    EXPECT_EQ(answer().what, settle_result::repeated);
    EXPECT_EQ(model->says(now).paid, 1);
}

TEST_F(BoxOfficeSettles, L18ASilentLedgerIsBusyOrInDoubt) {
    const auto id = bought();
    cancel(id);
    ledger->fail(errc::not_sent);
    EXPECT_EQ(told_last().what, settle_result::busy);
    cancel(id);
    ledger->lose_reply();
    ledger->fail(errc::outcome_unknown);
    EXPECT_EQ(told_last().what, settle_result::in_doubt);
    EXPECT_EQ(office->waiting(), 0u);
}

TEST_F(BoxOfficeSettles, L21ALatePaymentBuysUnderAnIdThatIsAlwaysTheSame) {
    const auto id = bought();
    model->make_due(std::string{view(id)});
    pay(id);
    EXPECT_EQ(answer().what, settle_result::rebought);
    EXPECT_EQ(told_last().state, "paid");
    pay(id);
    EXPECT_EQ(answer().what, settle_result::rebought);
    EXPECT_EQ(model->entries().size(), 2u);
}

TEST_F(BoxOfficeSettles, L21NoPurchaseHasTheIdOfALatePayment) {
    const auto id = bought();
    const auto successor = derive_successor({}, "demo", id, "pay-1");
    EXPECT_NE(successor, id);
    EXPECT_NE(successor, derive_id({}, "demo", view(id), "pay-1"));
    EXPECT_NE(successor, derive_successor({}, "demo", id, "pay-2"));
}

TEST_F(BoxOfficeSettles, L16TooManyWaitingAreRefused) {
    const auto id = bought();
    for (std::size_t i = 0; i < limits::waiting; ++i) {
        cancel(id);
    }
    EXPECT_FALSE(office->settle(*on, id, {}, 1, now));
    ledger->fail(errc::not_sent);
}

TEST_F(BoxOfficeSettles, L9AReturnedTicketIsSoldThoughTheStockWasUsedUp) {
    const auto id = bought();
    for (const auto* key : {"a", "b", "c"}) {
        EXPECT_EQ(buy_and_hear(keyed(key, key)).what, outcome::sold);
    }
    EXPECT_EQ(buy(tickets(1)), outcome::sold_out);
    cancel(id);
    EXPECT_EQ(answer().what, settle_result::done);
    EXPECT_EQ(buy_and_hear(keyed("d", "dan")).what, outcome::sold);
}

}  // namespace onsale::test
