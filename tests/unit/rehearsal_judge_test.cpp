#include "rehearsal_test.hpp"

#include <numeric>

// The verdict of a rehearsal: each way of not being clean, alone, is found.

namespace onsale::app {
namespace {

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

TEST_F(Rehearsal, TakesATicketThatIsWrittenAsARange) {
    tell_all();
    evidence.picture.reservations[1].tickets = "2-2";
    EXPECT_TRUE(judge().is_clean());
    evidence.picture.reservations[1].tickets = "2-3";
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

TEST_F(Rehearsal, P8OrdersHaveFollowedToWhereTheCrowdHadGone) {
    tell_all();
    evidence.end = {1, 7};
    evidence.audit.orders.emplace().position = {1, 7};
    evidence.audit.orders->behind = 3;
    EXPECT_TRUE(judge().is_clean()) << "holds expire after that";
    evidence.audit.orders->position = {1, 6};
    EXPECT_FALSE(judge().is_clean());
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
