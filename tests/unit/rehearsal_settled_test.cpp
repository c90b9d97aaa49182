#include "rehearsal_test.hpp"

// The verdict on what became of the tickets after the purchase: paid, cancelled, given back.

namespace onsale::app {
namespace {

/// Buyers 0 and 1 have won tickets 1 and 2 at a price of 4,200; what follows is the test's.
class Settled : public Rehearsal {
  protected:
    Settled() {
        plan.price = 4'200;
        tell_all();
    }

    static std::string id_of(std::int64_t number) { return "demo." + digits_of(number); }

    void told_paid(std::int64_t number) {
        settle(number, request_kind::payment,
               {.what = told::paid, .reservation = id_of(number), .ticket = number + 1});
    }

    /// A late payment bought ticket `ticket` as reservation `bought`.
    void told_replaced(std::int64_t number, std::int64_t bought, std::int64_t ticket) {
        settle(number, request_kind::payment,
               {.what = told::paid,
                .reservation = id_of(bought),
                .ticket = ticket,
                .replaces = id_of(number)});
    }

    void told_owed(std::int64_t number) {
        settle(number, request_kind::payment,
               {.what = told::refund_due, .reason = "expired", .refund = 4'200});
    }

    void told_cancelled(std::int64_t number) {
        settle(number, request_kind::cancellation, {.what = told::cancelled});
    }

    void told_nothing(std::int64_t number, request_kind asked) {
        settle(number, asked, {.what = told::nothing});
    }

    reservation& held_by(std::int64_t number) {
        return evidence.picture.reservations[static_cast<std::size_t>(number)];
    }

    void pay(std::int64_t number) {
        held_by(number).state = reservation_state::paid;
        held_by(number).payment = number == 0 ? "r-0" : "r-1";
        held_by(number).settled = 500;
    }

    void end(std::int64_t number, reservation_state state, ledger_ms at) {
        held_by(number).state = state;
        held_by(number).tickets = {};
        held_by(number).settled = at;
    }
};

TEST_F(Settled, IsCleanIfAllCameAsItWasTold) {
    pay(0);
    told_paid(0);
    end(1, reservation_state::cancelled, 300);
    told_cancelled(1);
    const auto verdict = judge();
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
    EXPECT_EQ(answers.settled(told::paid), 1);
    EXPECT_EQ(answers.settled(told::cancelled), 1);
    EXPECT_EQ(answers.answered(), 4);
}

TEST_F(Settled, IsCleanIfWhoeverDidNothingLostTheTicketAtThePayBy) {
    end(0, reservation_state::expired, 9'000);
    const auto verdict = judge();
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
}

TEST_F(Settled, FindsAHoldThatExpiredTooEarly) {
    end(0, reservation_state::expired, 8'999);
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, FindsAPaidAnswerThatIsNotPaidInTheLedger) {
    told_paid(0);
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, FindsAPaidTicketThatWasLostAgain) {
    told_paid(0);
    end(0, reservation_state::expired, 9'000);
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, FindsATicketPaidBySomebodyElse) {
    told_paid(0);
    pay(0);
    held_by(0).payment = "r-1";
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, FindsACancellationThatWasNone) {
    told_cancelled(0);
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, IsCleanIfALatePaymentBoughtAnotherTicket) {
    end(0, reservation_state::expired, 9'100);
    held_by(0).payment = "r-0";
    auto& bought = record(0, 2, "paid");
    bought.digits = evidence.picture.texts.keep(digits_of(7));
    bought.payment = "r-0";
    bought.reserved = 9'100;
    told_replaced(0, 7, 2);
    end(1, reservation_state::cancelled, 300);
    told_cancelled(1);
    const auto verdict = judge();
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
}

TEST_F(Settled, FindsALatePaymentWhoseNewTicketIsNotThere) {
    end(0, reservation_state::expired, 9'100);
    held_by(0).payment = "r-0";
    told_replaced(0, 7, 2);
    const auto found = texts(judge());
    EXPECT_NE(found.find("1 winners have something else"), std::string::npos) << found;
    EXPECT_NE(found.find("1 tickets were sold twice"), std::string::npos) << found;  // it is 1's
}

TEST_F(Settled, IsCleanIfTheMoneyOfALatePaymentIsOwed) {
    end(0, reservation_state::expired, 9'100);
    held_by(0).refund_due = 4'200;
    told_owed(0);
    const auto verdict = judge();
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
}

TEST_F(Settled, FindsARefundThatTheLedgerHasForgotten) {
    end(0, reservation_state::expired, 9'100);
    held_by(0).refund_due = 4'199;
    told_owed(0);
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, FindsAPaymentThatIsNeitherATicketNorOwed) {
    end(0, reservation_state::expired, 9'100);
    settle(0, request_kind::payment, {.what = told::refused, .reason = "expired"});
    expect_only(judge(), "1 payments came to nothing");
    plan.price = 0;  // then there is nothing to give back
    EXPECT_TRUE(judge().is_clean());
}

TEST_F(Settled, FindsAPaymentThatWasCalledWrong) {
    settle(0, request_kind::payment, {.what = told::wrong, .reason = "bad_signature"});
    expect_only(judge(), "1 payments came to nothing");
}

TEST_F(Settled, FindsACancellationThatWasRefusedInTime) {
    pay(0);
    settle(0, request_kind::cancellation, {.what = told::refused, .reason = "paid"});
    const auto verdict = judge();
    ASSERT_EQ(verdict.findings.size(), 2U) << texts(verdict);
    EXPECT_NE(texts(verdict).find("cancellations came to nothing"), std::string::npos);
    EXPECT_NE(texts(verdict).find("whose buyers never paid"), std::string::npos);
}

TEST_F(Settled, TakesACancellationThatCameTooLate) {
    end(0, reservation_state::expired, 9'000);
    settle(0, request_kind::cancellation, {.what = told::refused, .reason = "expired"});
    EXPECT_TRUE(judge().is_clean());
}

TEST_F(Settled, FindsWhoDoesNotKnowWhatBecameOfTheMoney) {
    told_nothing(0, request_kind::payment);
    const auto verdict = judge();
    EXPECT_EQ(verdict.unanswered, 1);
    EXPECT_EQ(answers.answered(), 3);
    expect_only(verdict, "1 buyers do not know");
}

TEST_F(Settled, FindsWhoWasToldTwoThings) {
    pay(0);
    told_paid(0);
    settle(0, request_kind::payment, {.what = told::refund_due, .refund = 4'200});
    told_paid(0);
    expect_only(judge(), "asked again and were told something else");
}

TEST_F(Settled, FindsARepeatedPurchaseThatIsAnotherOne) {
    tell(0, told::sold_out);
    expect_only(judge(), "asked again and were told something else");
    EXPECT_EQ(answers.winner(0).ticket, 1) << "what the buyer was told first counts";
}

TEST_F(Settled, TakesARepeatedPurchaseOfWhatHasExpiredSince) {
    end(0, reservation_state::expired, 9'000);
    tell(0, told::refused, 0, "ended");
    EXPECT_TRUE(judge().is_clean());
    EXPECT_EQ(answers.winner(0).reservation, id_of(0));
    held_by(0).settled = 8'999;
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Settled, TakesRepeatsThatSayTheSame) {
    tell(0, told::sold, 1);
    tell(0, told::nothing);
    pay(0);
    told_paid(0);
    told_nothing(0, request_kind::payment);
    told_paid(0);
    const auto verdict = judge();
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
    EXPECT_EQ(answers.winner(0).payments, 3U);
}

TEST_F(Settled, FindsATicketThatWasPaidByNobody) {
    pay(0);
    const auto verdict = judge();
    EXPECT_NE(texts(verdict).find("1 reservations are paid whose buyers never paid"),
              std::string::npos);
}

// What came back was there for others, once it had come back and not before.
TEST_F(Settled, FindsAReturnedTicketSoldAgainTooEarly) {
    end(0, reservation_state::cancelled, 300);
    told_cancelled(0);
    record(2, 1).reserved = 300;
    tell(2, told::sold, 1);
    EXPECT_TRUE(judge().is_clean()) << texts(judge());
    evidence.picture.reservations.back().reserved = 299;
    expect_only(judge(), "1 tickets were sold twice");
}

TEST_F(Settled, FindsATicketThatTwoHoldAtOnce) {
    record(2, 1).reserved = 300;
    tell(2, told::sold, 1);
    expect_only(judge(), "1 tickets were sold twice");
}

TEST_F(Settled, ByTheAnswersAloneTakesAReturnedTicketForSoldAgain) {
    told_cancelled(0);
    tell(2, told::sold, 1);
    EXPECT_TRUE(judge_rehearsal(plan, answers, nullptr).is_clean());
}

TEST_F(Settled, MayLeaveTicketsThatCameBackAfterTheSoldOut) {
    end(0, reservation_state::cancelled, 300);
    told_cancelled(0);
    evidence.picture.counters.sold = 1;
    EXPECT_TRUE(judge().is_clean());
    evidence.picture.counters.total = 3;
    expect_only(judge(), "told 'sold out', and 2 tickets are left");
}

}  // namespace
}  // namespace onsale::app
