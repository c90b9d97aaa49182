#include "onsale/core/memory_forecast.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr std::int64_t megabyte = 1'000'000;

/// A ledger that is looked at once a second, by a clock that moves when it is.
class MemoryForecast : public testing::Test {
  protected:
    void look(std::int64_t used) {
        now += 1s;
        forecast.hear({used, limit}, now);
    }

    /// From the last look on, by as much each second.
    void grow(std::int64_t used, std::int64_t by, std::size_t looks) {
        for (std::size_t i = 0; i < looks; ++i) {
            look(used + static_cast<std::int64_t>(i) * by);
        }
    }

    [[nodiscard]] double seconds_left() const { return forecast.time_left().count(); }
    [[nodiscard]] bool sees_no_end() const { return std::isinf(seconds_left()); }

    time_point now{1h};
    std::int64_t limit = 1'000 * megabyte;
    memory_forecast forecast;
};

TEST_F(MemoryForecast, L29IsTheRestOfTheMemoryAtThePresentGrowth) {
    grow(100 * megabyte, 2 * megabyte, 11);
    EXPECT_DOUBLE_EQ(seconds_left(), 440.0);  // 880 MB at 2 MB a second
    look(122 * megabyte);
    EXPECT_DOUBLE_EQ(seconds_left(), 439.0);
}

TEST_F(MemoryForecast, GoesByTheClockAndNotByTheLooks) {
    grow(100 * megabyte, 0, 1);
    now += 19s;
    look(120 * megabyte);
    EXPECT_DOUBLE_EQ(seconds_left(), 880.0);
}

TEST_F(MemoryForecast, KnowsNoEndBeforeTheFirstLook) {
    EXPECT_TRUE(sees_no_end());
}

TEST_F(MemoryForecast, KnowsNoEndWithoutALimit) {
    limit = 0;
    grow(100 * megabyte, megabyte, 11);
    EXPECT_TRUE(sees_no_end());
}

TEST_F(MemoryForecast, KnowsNoEndOfWhatRestsOrShrinks) {
    grow(100 * megabyte, 0, 11);
    EXPECT_TRUE(sees_no_end());
    look(90 * megabyte);
    EXPECT_TRUE(sees_no_end());
}

TEST_F(MemoryForecast, TakesNoBurstForGrowth) {
    grow(100 * megabyte, megabyte, 5);  // four seconds
    EXPECT_TRUE(sees_no_end());
    look(105 * megabyte);
    EXPECT_DOUBLE_EQ(seconds_left(), 895.0);
}

TEST_F(MemoryForecast, L29OfAFullLedgerIsNothingThoughItRests) {
    grow(1'000 * megabyte, 0, 1);
    EXPECT_EQ(seconds_left(), 0.0) << "at once";
    grow(1'001 * megabyte, 0, limits::memory_looks);
    EXPECT_EQ(seconds_left(), 0.0);
}

TEST_F(MemoryForecast, FollowsALimitThatIsMoved) {
    grow(100 * megabyte, megabyte, 11);
    EXPECT_DOUBLE_EQ(seconds_left(), 890.0);
    limit = 211 * megabyte;
    look(111 * megabyte);
    EXPECT_DOUBLE_EQ(seconds_left(), 100.0);
}

TEST_F(MemoryForecast, RemembersAMinuteAndNoMore) {
    grow(0, 10 * megabyte, 2);
    grow(100 * megabyte, megabyte, limits::memory_looks - 1);
    EXPECT_LT(seconds_left(), 840.0) << "the leap is within the minute";
    look(160 * megabyte);
    EXPECT_DOUBLE_EQ(seconds_left(), 840.0);
}

TEST_F(MemoryForecast, OfAnotherLifeBeginsAnew) {
    grow(995 * megabyte, megabyte, 11);
    ASSERT_EQ(seconds_left(), 0.0);
    forecast.forget();
    EXPECT_TRUE(sees_no_end());
    grow(500 * megabyte, megabyte, 11);
    EXPECT_DOUBLE_EQ(seconds_left(), 490.0);
}

}  // namespace

}  // namespace onsale::test
