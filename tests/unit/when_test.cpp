#include "../../src/app/when.hpp"

#include <gtest/gtest.h>

// Times as an operator writes them.

namespace onsale::app {
namespace {

using namespace std::chrono_literals;

TEST(Duration, IsAWholeNumberAndItsUnit) {
    EXPECT_EQ(parse_duration("500ms"), 500ms);
    EXPECT_EQ(parse_duration("90s"), 90s);
    EXPECT_EQ(parse_duration("15m"), 15min);
    EXPECT_EQ(parse_duration("2h"), 2h);
}

TEST(Duration, RefusesWhatHasNoUnitNoNumberOrIsTooBig) {
    for (const auto* text : {"", "15", "m", "-5s", "+5s", "1.5h", "15 m", "15M", "5sec",
                             "99999999999999999999s", "9000000000000000h"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Duration, IsWrittenInTheLargestUnitThatLosesNothing) {
    EXPECT_EQ(duration_text(7'200'000ms), "2h");
    EXPECT_EQ(duration_text(90s), "90s");
    EXPECT_EQ(duration_text(1'500ms), "1500ms");
    EXPECT_EQ(duration_text(0ms), "0s");
}

TEST(Time, IsReadWithItsZone) {
    EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:01Z"), 1'000);
    EXPECT_EQ(parse_rfc3339("2027-02-01T08:00:00+08:00"), parse_rfc3339("2027-02-01T00:00:00Z"));
    EXPECT_EQ(parse_rfc3339("2027-01-31T20:30:00-03:30"), parse_rfc3339("2027-02-01T00:00:00Z"));
}

TEST(Time, KeepsMilliseconds) {
    EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.5Z"), 500);
    EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00.123999Z"), 123);
}

TEST(Time, ComesBackAsItWasWritten) {
    const auto at = parse_rfc3339("2027-02-28T23:59:59.999Z");
    ASSERT_TRUE(at);
    EXPECT_EQ(to_rfc3339(*at), "2027-02-28T23:59:59.999Z");
}

TEST(Time, RefusesWhatIsNoInstant) {
    for (const auto* text :
         {"", "2027-02-01", "2027-02-01T08:00:00", "2027-02-31T08:00:00Z", "2027-13-01T08:00:00Z",
          "2027-02-01 08:00:00Z", "2027-02-01T25:00:00Z", "2027-02-01T08:00:60Z",
          "2027-02-01T08:00:00.Z", "2027-02-01T08:00:00+8", "2027-02-01T08:00:00+24:00",
          " 2027-02-01T08:00:00Z", "2027-02-01T08:00:00Zx", "27-02-01T08:00:00Z",
          "2027-2-1T8:0:0Z"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(Opening, IsATimeOrSoLongFromTheLedgersNow) {
    EXPECT_EQ(parse_opening("+5s")->at(1'000), 6'000);
    EXPECT_EQ(parse_opening("1970-01-01T00:00:07Z")->at(1'000), 7'000);
}

TEST(Opening, SaysWhatToWriteInstead) {
    for (const auto* text : {"5s", "now", "+", "+5", "+-5s", "1969-12-31T23:00:00Z"}) {
        const auto read = parse_opening(text);
        ASSERT_FALSE(read) << text;
        EXPECT_NE(read.error().sentence.find("write"), std::string::npos);
    }
}

}  // namespace
}  // namespace onsale::app
