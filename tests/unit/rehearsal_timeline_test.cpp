#include "../../src/app/rehearse/chart.hpp"
#include "../../src/app/rehearse/timeline.hpp"

#include "onsale/core/limits.hpp"

#include <gtest/gtest.h>

// What happened when, and its picture.

namespace onsale::app {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

std::int64_t count(const timeline& run, std::size_t slice, run_event what) {
    return run.slices().at(slice)[static_cast<std::size_t>(what)];
}

TEST(Timeline, CountsEachEventInItsSlice) {
    timeline run;
    run.add(run_event::sale, microseconds{-1});
    run.add(run_event::sale, run.width() - microseconds{1});
    run.add(run_event::sale, run.width());
    run.add(run_event::refusal, run.width());
    EXPECT_EQ(count(run, 0, run_event::sale), 2);
    EXPECT_EQ(count(run, 1, run_event::sale), 1);
    EXPECT_EQ(count(run, 1, run_event::refusal), 1);
    EXPECT_EQ(count(run, 1, run_event::arrival), 0);
}

// A slice in which nothing happened for an hour is as cheap as one of a millisecond.
TEST(Timeline, KeepsEveryEventInItsTimeAndFewSlicesHoweverLongTheRun) {
    timeline run;
    for (int second = 0; second < 3'600; ++second)
        run.add(run_event::arrival, seconds{second});
    EXPECT_LE(run.slices().size(), static_cast<std::size_t>(limits::rehearsal_slices));
    EXPECT_GT(run.slices().size(), static_cast<std::size_t>(limits::rehearsal_slices) / 2);
    EXPECT_EQ(run.total(run_event::arrival), 3'600);
    const auto each = std::chrono::duration<double>{run.width()}.count();
    for (std::size_t i = 0; i + 1 < run.slices().size(); ++i)
        EXPECT_NEAR(static_cast<double>(count(run, i, run_event::arrival)), each, 1) << i;
}

TEST(Chart, HasNumbersAtTheAxesThatPeopleCountBy) {
    EXPECT_DOUBLE_EQ(tick_for(100, 5), 20);
    EXPECT_DOUBLE_EQ(tick_for(101, 5), 50);
    EXPECT_DOUBLE_EQ(tick_for(43'210, 5), 10'000);
    EXPECT_DOUBLE_EQ(tick_for(0.7, 8), 0.1);
    EXPECT_DOUBLE_EQ(tick_for(30, 5), 10);
}

class ChartOfARun : public testing::Test {
  protected:
    [[nodiscard]] bool shows(const std::string& what) const {
        return drawn.find(what) != std::string::npos;
    }
    void draw() { drawn = draw_chart(run, "A & <B>"); }

    timeline run;
    std::string drawn;
};

TEST_F(ChartOfARun, TellsHowManyAndHowFast) {
    for (int i = 0; i < 1'234; ++i)
        run.add(run_event::arrival, microseconds{i});
    run.add(run_event::sale, 2 * run.width());
    draw();
    EXPECT_TRUE(shows("1,234 arrivals")) << drawn;
    EXPECT_TRUE(shows(">1 sales<"));
    EXPECT_TRUE(shows("0 refusals"));
    EXPECT_TRUE(shows(">250,000<"));  // 1,234 in 5 ms
    EXPECT_FALSE(shows(">300,000<"));
    EXPECT_TRUE(shows(">0.014<"));
    EXPECT_FALSE(shows(">0.016<"));
}

// x is the middle of the slice; the highest value is at the top tick, zero is the bottom line.
TEST_F(ChartOfARun, DrawsALineOfEachKind) {
    for (int i = 0; i < 100; ++i)
        run.add(run_event::sale, microseconds{0});
    run.add(run_event::refusal, run.width());
    draw();
    EXPECT_TRUE(shows(R"(<polyline class="y" points="292.0,76.0 724.0,372.0 "/>)")) << drawn;
    EXPECT_TRUE(shows(R"(<polyline class="n" points="292.0,372.0 724.0,369.0 "/>)")) << drawn;
}

TEST_F(ChartOfARun, IsAFileOfItsOwnForLightAndDark) {
    draw();
    EXPECT_TRUE(drawn.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    EXPECT_TRUE(drawn.ends_with("</svg>\n"));
    EXPECT_TRUE(shows("prefers-color-scheme: dark"));
    EXPECT_TRUE(shows("A &amp; &lt;B>"));
    EXPECT_FALSE(shows("nan"));
    EXPECT_FALSE(shows("inf"));
}

TEST(ChartTitle, SaysWhatWasRehearsed) {
    rehearsal_plan plan;
    EXPECT_EQ(chart_title(plan), "demo: 1,000,000 buyers over 200 kept connections");
    plan.one_shot = true;
    plan.rate = 5'000;
    EXPECT_EQ(chart_title(plan),
              "demo: 1,000,000 buyers over 200 one-shot connections, 5,000 a second");
}

}  // namespace
}  // namespace onsale::app
