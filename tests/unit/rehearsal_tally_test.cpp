#include "rehearsal_test.hpp"

#include "onsale/core/limits.hpp"

// What is kept of a million buyers' answers.

namespace onsale::app {
namespace {

using std::chrono::milliseconds;

// A buyer who was told "sold out", like nearly all others, costs this and no more.
static_assert(sizeof(buyer_story) <= 12);

class Tally : public testing::Test {
  protected:
    Tally() { answers.begin(at(0)); }

    static time_point at(int ms) { return time_point{std::chrono::hours{1} + milliseconds{ms}}; }

    void tell(std::int64_t buyer, told what, int due, int sent, int answered,
              std::string reason = {}) {
        attempt_record attempt;
        attempt.buyer = buyer;
        attempt.got.what = what;
        attempt.got.reason = std::move(reason);
        attempt.due = at(due);
        attempt.sent = at(sent);
        attempt.answered = at(answered);
        answers.add(attempt);
    }

    [[nodiscard]] std::int64_t total(run_event what) const {
        return answers.course_of_run().total(what);
    }

    tally answers{300, "r"};
};

TEST_F(Tally, CountsTheLatencyFromWhenTheBuyerWantedToAsk) {
    tell(0, told::sold_out, 10, 500, 512);
    ASSERT_EQ(answers.latencies().size(), 1U);
    EXPECT_EQ(answers.latencies()[0], 502'000U);
}

TEST_F(Tally, KeepsWhenTheLastAnswerWasAskedForAndGiven) {
    tell(0, told::busy, 1, 2, 3);
    tell(0, told::sold_out, 10, 500, 512);
    EXPECT_EQ(answers.story(0).asked, 500U);
    EXPECT_EQ(answers.story(0).answered, 512U);
}

TEST_F(Tally, KeepsMoreOfTheWinnersAlone) {
    tell(0, told::sold_out, 1, 2, 3);
    tell(1, told::sold, 1, 2, 3);
    EXPECT_EQ(answers.winners().size(), 1U);
    EXPECT_EQ(answers.winners().count(1), 1U);
}

TEST_F(Tally, TellsReasonsApartUpToABound) {
    for (std::int64_t buyer = 0; buyer < 300; ++buyer)
        tell(buyer, told::refused, 0, 0, 0, "reason " + std::to_string(buyer));
    EXPECT_EQ(answers.reason(answers.story(7)), "reason 7");
    const auto reasons = answers.reasons();
    EXPECT_EQ(reasons.size(), limits::rehearsal_reasons);
    EXPECT_EQ(reasons.at("no reason given"),
              static_cast<std::int64_t>(301 - limits::rehearsal_reasons));
}

TEST_F(Tally, DrawsEachBuyerOnceAndEveryAnswer) {
    tell(0, told::nothing, 0, 0, 1);
    tell(0, told::busy, 2, 2, 3);
    tell(0, told::sold, 4, 4, 5);
    tell(0, told::sold, 6, 6, 7);  // asks again for what was bought
    tell(1, told::sold_out, 0, 0, 1);
    tell(2, told::refused, 0, 0, 1, "paused");
    EXPECT_EQ(total(run_event::arrival), 3);
    EXPECT_EQ(total(run_event::retry), 2);
    EXPECT_EQ(total(run_event::sale), 1);
    EXPECT_EQ(total(run_event::refusal), 2);
}

TEST_F(Tally, DrawsArrivalsWhereTheyWereDueAndAnswersWhereTheyCame) {
    const auto& run = answers.course_of_run();
    const int slice = 5;
    ASSERT_EQ(run.width(), milliseconds{slice});
    tell(0, told::sold_out, 0, 2 * slice, 3 * slice);
    ASSERT_EQ(run.slices().size(), 4U);
    EXPECT_EQ(run.slices()[0][static_cast<std::size_t>(run_event::arrival)], 1);
    EXPECT_EQ(run.slices()[3][static_cast<std::size_t>(run_event::refusal)], 1);
}

}  // namespace
}  // namespace onsale::app
