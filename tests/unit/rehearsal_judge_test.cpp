#include "../../src/app/rehearse/judge.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>

// The verdict of a rehearsal: each way of not being clean, alone, is found.

namespace onsale::app {
namespace {

std::string digits_of(std::int64_t number) {
    auto digits = std::to_string(number);
    return std::string(32 - digits.size(), '0') + digits;
}

/// Four buyers of a sale of two tickets: 0 and 1 won tickets 1 and 2, 2 and 3 came too late.
class Rehearsal : public testing::Test {
  protected:
    Rehearsal() {
        plan.sale = "demo";
        plan.run = "r";
        plan.buyers = 4;
        evidence.picture.exact = true;
        auto& counters = evidence.picture.counters;
        counters = {.at = {1, 3},
                    .state = sale_state::open,
                    .total = 2,
                    .sold = 2,
                    .paid = 0,
                    .last = 2,
                    .next = 3,
                    .journal = {1, 3},
                    .free_numbers = 0,
                    .reservations = 2,
                    .buyers = 2,
                    .due = 2};
        record(0, 1);
        record(1, 2);
    }

    /// Buyer `number` holds `ticket` in the ledger.
    void record(std::int64_t number, std::int64_t ticket, const char* state = "held") {
        auto& picture = evidence.picture;
        const auto text = "1|" + std::string{state} + "|1|" + std::to_string(ticket) +
                          "|9000|100|0|1|2||0|r-" + std::to_string(number);
        picture.reservations.push_back(
            *parse_record(picture.texts.keep(digits_of(number)), picture.texts.keep(text)));
    }

    void tell(std::int64_t buyer, told what, std::int64_t ticket = 0, std::string reason = {}) {
        attempt_record attempt;
        attempt.buyer = buyer;
        attempt.got.what = what;
        attempt.got.ticket = ticket;
        attempt.got.reason = std::move(reason);
        if (what == told::sold) attempt.got.reservation = "demo." + digits_of(buyer);
        if (what == told::nothing) attempt.trouble = "the connection broke";
        answers.add(attempt);
    }

    void tell_all() {
        tell(0, told::sold, 1);
        tell(1, told::sold, 2);
        tell(2, told::sold_out);
        tell(3, told::sold_out);
    }

    rehearsal_verdict judge() {
        evidence.picture.settle();
        return judge_rehearsal(plan, answers, &evidence);
    }

    /// Checks that exactly one kind of finding is there, and that it says `what`.
    void expect_only(const rehearsal_verdict& verdict, const std::string& what) {
        EXPECT_FALSE(verdict.is_clean());
        ASSERT_EQ(verdict.findings.size(), 1U) << texts(verdict);
        EXPECT_NE(verdict.findings[0].what.find(what), std::string::npos) << texts(verdict);
    }

    static std::string texts(const rehearsal_verdict& verdict) {
        return std::accumulate(
            verdict.findings.begin(), verdict.findings.end(), std::string{},
            [](std::string all, const finding& one) { return std::move(all) + one.what + "; "; });
    }

    rehearsal_plan plan;
    tally answers{4, "r"};
    ledger_evidence evidence;
};

TEST_F(Rehearsal, IsCleanIfAllIsWell) {
    tell_all();
    const auto verdict = judge();
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
    EXPECT_EQ(verdict.tickets, 2);
    EXPECT_EQ(verdict.lowest, 1);
    EXPECT_EQ(verdict.highest, 2);
    EXPECT_EQ(verdict.unanswered, 0);
}

TEST_F(Rehearsal, IsCleanIfABuyerKnowsAfterAskingAgain) {
    tell(0, told::nothing);
    tell(0, told::busy);
    tell(0, told::in_doubt);
    tell_all();
    EXPECT_TRUE(judge().is_clean());
    EXPECT_EQ(answers.answered(), 4);
    EXPECT_EQ(answers.stories()[0].attempts, 4U);
    EXPECT_EQ(answers.attempts(told::nothing), 1);
}

TEST_F(Rehearsal, FindsABuyerWhoDoesNotKnow) {
    tell(0, told::sold, 1);
    tell(1, told::sold, 2);
    tell(2, told::busy);
    const auto verdict = judge();
    EXPECT_EQ(verdict.unanswered, 2);  // and one who never asked
    expect_only(verdict, "2 buyers do not know");
}

TEST_F(Rehearsal, FindsATicketSoldTwiceByTheAnswersAlone) {
    tell(0, told::sold, 1);
    tell(1, told::sold, 1);
    tell(2, told::sold_out);
    tell(3, told::sold_out);
    const auto verdict = judge_rehearsal(plan, answers, nullptr);
    EXPECT_EQ(verdict.tickets, 1);
    expect_only(verdict, "1 tickets were sold twice");
}

TEST_F(Rehearsal, FindsAReservationGivenToTwo) {
    tell_all();
    attempt_record attempt;
    attempt.buyer = 2;
    attempt.got = {told::sold, 200, "", "demo." + digits_of(0), 3};
    answers.add(attempt);
    expect_only(judge_rehearsal(plan, answers, nullptr), "given to more than one buyer");
}

TEST_F(Rehearsal, FindsAnAnswerThatIsNone) {
    tell_all();
    tell(3, told::nonsense);
    expect_only(judge(), "an answer that is none");
}

TEST_F(Rehearsal, FindsARequestThatWasCalledWrong) {
    tell_all();
    tell(3, told::wrong, 0, "no_sale");
    expect_only(judge(), "their request is wrong");
}

TEST_F(Rehearsal, FindsARefusalThatCannotBeTrue) {
    tell_all();
    tell(3, told::refused, 0, "limit_reached");
    expect_only(judge(), "never did");
}

TEST_F(Rehearsal, TakesAnHonestRefusal) {
    tell_all();
    tell(3, told::refused, 0, "paused");
    EXPECT_TRUE(judge().is_clean());
}

TEST_F(Rehearsal, FindsAWinnerWhomTheLedgerDoesNotKnow) {
    evidence.picture.reservations.pop_back();
    tell_all();
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Rehearsal, FindsAWinnerWithAnotherTicket) {
    tell_all();
    evidence.picture.reservations[1].tickets = "3";
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Rehearsal, FindsAWinnerWhoWasToldOfAStrangersReservation) {
    tell_all();
    evidence.picture.reservations[1].buyer = "x-1";
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Rehearsal, FindsAWinnerWhoLostTheTicketAgain) {
    tell_all();
    evidence.picture.reservations[1].state = reservation_state::expired;
    expect_only(judge(), "1 winners have something else");
}

TEST_F(Rehearsal, FindsATicketThatNeverWas) {
    tell(0, told::sold, 1);
    tell(1, told::sold, 3);
    tell(2, told::sold_out);
    tell(3, told::sold_out);
    evidence.picture.reservations[1].tickets = "3";
    expect_only(judge(), "1 tickets were sold that never were");
}

TEST_F(Rehearsal, FindsWhoHoldsATicketWithoutKnowing) {
    record(2, 2);
    tell_all();
    expect_only(judge(), "1 reservations are held but their buyers were not told");
}

TEST_F(Rehearsal, DoesNotAskOtherRunsBuyers) {
    tell_all();
    record(9, 2);
    evidence.picture.reservations.back().buyer = "other-2";
    EXPECT_TRUE(judge().is_clean());
}

TEST_F(Rehearsal, FindsAFalseSoldOut) {
    tell_all();
    evidence.picture.counters.total = 3;
    expect_only(judge(), "told 'sold out', and 1 tickets are left");
}

TEST_F(Rehearsal, FindsALedgerThatBreaksTheLaw) {
    tell_all();
    evidence.audit.differences.push_back({audit_law::stock, "5 and 3 are 9"});
    const auto verdict = judge();
    expect_only(verdict, "differences from the law");
    EXPECT_EQ(verdict.findings[0].examples[0], "5 and 3 are 9");
}

TEST_F(Rehearsal, ShowsAFewExamplesAndCountsAll) {
    tally many{1'000, "r"};
    plan.buyers = 1'000;
    const auto verdict = judge_rehearsal(plan, many, nullptr);
    ASSERT_EQ(verdict.findings.size(), 1U);
    EXPECT_EQ(verdict.findings[0].count, 1'000);
    EXPECT_LT(verdict.findings[0].examples.size(), 100U);
}

TEST(Percentiles, AreTheValuesThatSoManyDoNotExceed) {
    std::vector<std::uint32_t> values(1'000);
    std::iota(values.rbegin(), values.rend(), 1U);
    const auto got = measure(values);
    EXPECT_EQ(got.p50, 500U);
    EXPECT_EQ(got.p90, 900U);
    EXPECT_EQ(got.p99, 990U);
    EXPECT_EQ(got.p999, 999U);
    EXPECT_EQ(got.most, 1'000U);
}

TEST(Percentiles, OfOneValueAreThatValueAndOfNoneZero) {
    std::vector<std::uint32_t> one{7};
    EXPECT_EQ(measure(one).p50, 7U);
    EXPECT_EQ(measure(one).most, 7U);
    std::vector<std::uint32_t> none;
    EXPECT_EQ(measure(none).most, 0U);
}

}  // namespace
}  // namespace onsale::app
