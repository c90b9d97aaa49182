#include "../../src/app/rehearse/arrivals.hpp"

#include <gtest/gtest.h>

// When the buyers of a rehearsal come, and how many wait.

namespace onsale::app {
namespace {

using std::chrono::milliseconds;

constexpr time_point start{std::chrono::hours{1}};

TEST(Arrivals, ComeAtTheRateAndNotBefore) {
    arrivals all{3, 10, start};
    EXPECT_EQ(all.next(start)->buyer, 0);
    EXPECT_FALSE(all.next(start + milliseconds{99}));
    EXPECT_EQ(all.next_due(), start + milliseconds{100});
    EXPECT_EQ(all.next(start + milliseconds{100})->buyer, 1);
}

// Without coordinated omission: a late start does not move what was due.
TEST(Arrivals, AreDueWhenTheyCameAlsoIfTheyAreServedLater) {
    arrivals all{3, 10, start};
    const auto late = start + std::chrono::seconds{5};
    EXPECT_EQ(all.next(late)->due, start);
    EXPECT_EQ(all.next(late)->due, start + milliseconds{100});
    EXPECT_EQ(all.next(late)->due, start + milliseconds{200});
    EXPECT_FALSE(all.next(late));
    EXPECT_FALSE(all.next_due());
}

TEST(Arrivals, WaitFromWhenTheyCameUntilTheyAreServed) {
    arrivals all{100, 1'000, start};
    EXPECT_EQ(all.waiting(start), 1);
    EXPECT_EQ(all.waiting(start + milliseconds{9}), 10);
    (void)all.next(start + milliseconds{9});
    EXPECT_EQ(all.waiting(start + milliseconds{9}), 9);
    EXPECT_EQ(all.waiting(start), 0);
    EXPECT_EQ(all.waiting(start + std::chrono::hours{1}), 99);
}

TEST(Arrivals, WithoutARateComeWhenSomebodyIsFree) {
    arrivals all{2, 0, start};
    EXPECT_EQ(all.waiting(start), 2);
    const auto later = start + milliseconds{7};
    EXPECT_EQ(all.next(later)->due, later);
    EXPECT_EQ(all.next(later)->buyer, 1);
    EXPECT_FALSE(all.next(later));
    EXPECT_EQ(all.waiting(later), 0);
}

}  // namespace
}  // namespace onsale::app
