#include "../../src/app/rehearse/course.hpp"

#include <gtest/gtest.h>

#include <map>

// What the buyers of a rehearsal do after the purchase.

namespace onsale::app {
namespace {

std::map<course, int> courses_of(const course_shares& shares, std::int64_t buyers) {
    std::map<course, int> counts;
    for (std::int64_t buyer = 0; buyer < buyers; ++buyer) {
        ++counts[course_of(shares, buyer)];
    }
    return counts;
}

TEST(Course, OfEverybodyIsToAbandonIfNothingIsSaid) {
    EXPECT_EQ(courses_of({}, 1'000)[course::abandon], 1'000);
}

TEST(Course, OfEverybodyIsTheOneThatHasTheWholeShare) {
    EXPECT_EQ(courses_of({.pay = 1}, 1'000)[course::pay], 1'000);
    EXPECT_EQ(courses_of({.repeat = 1}, 1'000)[course::repeat], 1'000);
}

// The first ones get the tickets: among them the shares are the same.
TEST(Course, IsSpreadByTheSharesFromTheFirstBuyerOn) {
    const course_shares shares{.pay = 0.5, .late = 0.05, .cancel = 0.1, .repeat = 0.1};
    for (const int buyers : {100, 1'000, 10'000}) {
        auto counts = courses_of(shares, buyers);
        EXPECT_NEAR(counts[course::pay], buyers * 0.5, 3) << buyers;
        EXPECT_NEAR(counts[course::pay_late], buyers * 0.05, 3) << buyers;
        EXPECT_NEAR(counts[course::cancel], buyers * 0.1, 3) << buyers;
        EXPECT_NEAR(counts[course::repeat], buyers * 0.1, 3) << buyers;
        EXPECT_NEAR(counts[course::abandon], buyers * 0.25, 3) << buyers;
    }
}

TEST(CourseShares, AreAtMostEverybodyTogether) {
    EXPECT_EQ(complaint_about({}), "");
    EXPECT_EQ(complaint_about({.pay = 0.7, .late = 0.2, .cancel = 0.1}), "");
    EXPECT_NE(complaint_about({.pay = 0.7, .late = 0.2, .cancel = 0.1, .repeat = 0.01}), "");
    EXPECT_NE(complaint_about({.pay = -0.1}), "");
}

TEST(CourseShares, ArePaidForUnlessAllCancelOrAbandon) {
    EXPECT_FALSE(is_paid_for({.cancel = 1}));
    EXPECT_TRUE(is_paid_for({.pay = 0.1}));
    EXPECT_TRUE(is_paid_for({.late = 0.1}));
    EXPECT_TRUE(is_paid_for({.repeat = 0.1}));
}

}  // namespace
}  // namespace onsale::app
