#include "../../src/app/rehearse/stock_history.hpp"
#include "rehearsal_test.hpp"

// Whether "sold out" was true: held against what the ledger had at that time.

namespace onsale::app {
namespace {

using std::chrono::milliseconds;

/// The ledger's clock shows 1,000,000 when the rehearsal starts, by this machine's at 0. Tickets 1
/// and 2 are reserved 100 and 200 ms after that; times here count from the start.
class SoldOut : public Rehearsal {
  protected:
    static constexpr ledger_ms epoch = 1'000'000;

    SoldOut() {
        tell(0, told::sold, 1);
        tell(1, told::sold, 2);
        reserve(0, 100);
        reserve(1, 200);
        evidence.before = stock_before{1, 2, 2};
        evidence.clock = clock_within(milliseconds{0});
    }

    /// The ledger's clock is known to so much.
    static ledger_clock clock_within(milliseconds error) {
        return {time_point{-error}, epoch, time_point{error}};
    }

    void reserve(std::size_t number, ledger_ms at) {
        evidence.picture.reservations[number].reserved = epoch + at;
    }

    void come_back(std::size_t number, ledger_ms at) {
        auto& record = evidence.picture.reservations[number];
        record.state = reservation_state::expired;
        record.tickets = {};
        record.settled = epoch + at;
        record.pay_by = epoch + at;
        --evidence.picture.counters.sold;
    }

    void tell_sold_out(std::int64_t buyer, int sent, int answered) {
        attempt_record attempt;
        attempt.buyer = buyer;
        attempt.got.what = told::sold_out;
        attempt.due = time_point{milliseconds{sent}};
        attempt.sent = attempt.due;
        attempt.answered = time_point{milliseconds{answered}};
        answers.add(attempt);
    }

    /// Buyer 3 is told so when it is true, and buyer 2 when the test says.
    rehearsal_verdict judge_refusal(int sent, int answered) {
        tell_sold_out(2, sent, answered);
        tell_sold_out(3, 300, 310);
        return judge();
    }

    static constexpr auto falsely = "1 buyers were told 'sold out' while tickets were left";
};

TEST_F(SoldOut, IsTrueWhenNothingIsLeft) {
    const auto verdict = judge_refusal(250, 260);
    EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
    EXPECT_EQ(verdict.compared, 2);
    EXPECT_EQ(verdict.not_compared, "");
}

TEST_F(SoldOut, IsTrueIfTheLastOneGoesBeforeTheAnswer) {
    EXPECT_TRUE(judge_refusal(150, 200).is_clean());
}

TEST_F(SoldOut, IsFalseBeforeTheLastOneIsGone) {
    expect_only(judge_refusal(150, 190), falsely);
}

TEST_F(SoldOut, NamesWhoWasToldFalsely) {
    const auto verdict = judge_refusal(150, 190);
    ASSERT_EQ(verdict.findings.size(), 1U);
    ASSERT_EQ(verdict.findings[0].examples.size(), 1U);
    EXPECT_NE(verdict.findings[0].examples[0].find("r-2: "), std::string::npos);
}

TEST_F(SoldOut, IsTrueIfItWasTrueWithinTheSecondBeforeTheRequest) {
    come_back(1, 500);
    EXPECT_TRUE(judge_refusal(1'500, 1'510).is_clean());
}

TEST_F(SoldOut, IsFalseIfTheTicketsCameBackMoreThanASecondBefore) {
    come_back(1, 500);
    expect_only(judge_refusal(1'502, 1'510), falsely);
}

TEST_F(SoldOut, IsTrueJustBeforeTheTicketsComeBack) {
    come_back(1, 500);
    EXPECT_TRUE(judge_refusal(490, 499).is_clean());
}

TEST_F(SoldOut, IsTrueAgainWhenWhatCameBackIsSold) {
    come_back(1, 500);
    auto& again = record(1, 2);
    again.digits = evidence.picture.texts.keep(digits_of(9));
    again.buyer = "somebody else";
    again.reserved = epoch + 5'000;
    ++evidence.picture.counters.sold;
    EXPECT_TRUE(judge_refusal(6'000, 6'010).is_clean());
    tell_sold_out(2, 4'000, 4'990);
    expect_only(judge(), falsely);
}

// Within the error of the two clocks it may have been true.
TEST_F(SoldOut, IsOnlyFalseIfNoReadingOfTheClocksMakesItTrue) {
    evidence.clock = clock_within(milliseconds{20});
    EXPECT_TRUE(judge_refusal(150, 185).is_clean());
    tell_sold_out(2, 150, 170);
    expect_only(judge(), falsely);
}

TEST_F(SoldOut, TakesAClockThatDriftedForEitherReading) {
    const ledger_clock later{time_point{milliseconds{1'000}}, epoch + 1'030,
                             time_point{milliseconds{1'000}}};
    evidence.clock = clock_within(milliseconds{0}).and_later(later);
    EXPECT_TRUE(judge_refusal(150, 170).is_clean());
}

TEST_F(SoldOut, IsNotComparedIfTheStockWasChanged) {
    const auto changed = [&](const stock_before& before) {
        evidence.before = before;
        const auto verdict = judge_refusal(150, 190);
        EXPECT_TRUE(verdict.is_clean()) << texts(verdict);
        EXPECT_EQ(verdict.compared, 0);
        EXPECT_EQ(verdict.not_compared, "the stock was changed meanwhile");
    };
    changed({1, 3, 2});  // withdrawn
    changed({1, 2, 1});  // withdrawn, and as many created
    changed({2, 2, 2});  // rebuilt
}

// What is left in the end may have come with the restock.
TEST_F(SoldOut, DoesNotAccuseAfterARestock) {
    evidence.picture.counters.total = 10;
    evidence.picture.counters.last = 10;
    EXPECT_TRUE(judge_refusal(250, 260).is_clean());
}

TEST_F(SoldOut, IsNotComparedWithRecordsThatAreNotComplete) {
    evidence.picture.counters.sold = 3;
    evidence.picture.counters.total = 3;
    evidence.before->total = 3;
    EXPECT_EQ(judge_refusal(150, 190).not_compared, "the records are not all there");
    evidence.picture.unreadable.emplace_back("id", "record");
    EXPECT_EQ(judge().not_compared, "there are records that cannot be read");
}

TEST_F(SoldOut, IsNeverSaidOfASaleWithoutTickets) {
    evidence.picture.counters.total = 0;
    evidence.picture.counters.sold = 0;
    evidence.picture.reservations.clear();
    const stock_history stock{evidence.picture};
    EXPECT_TRUE(stock.had_nothing(0, 1));
}

// In one millisecond a ticket came back and was taken: nobody can say which was first.
TEST_F(SoldOut, IsTrueWhileWhatComesBackIsTakenInTheSameMillisecond) {
    come_back(1, 500);
    record(2, 2).reserved = epoch + 500;
    ++evidence.picture.counters.sold;
    const stock_history stock{evidence.picture};
    EXPECT_TRUE(stock.had_nothing(epoch + 500, epoch + 500));
    EXPECT_TRUE(stock.had_nothing(epoch + 10'000, epoch + 10'001));
    EXPECT_FALSE(stock.had_nothing(epoch, epoch + 199));
}

TEST_F(SoldOut, IsTrueWhenTheLastOneIsTakenAndAnotherComesBackInTheSameMillisecond) {
    reserve(1, 500);
    come_back(0, 500);
    const stock_history stock{evidence.picture};
    EXPECT_TRUE(stock.had_nothing(epoch + 400, epoch + 600));
    EXPECT_FALSE(stock.had_nothing(epoch + 501, epoch + 600));
}

}  // namespace
}  // namespace onsale::app
