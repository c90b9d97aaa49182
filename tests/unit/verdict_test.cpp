#include "onsale/core/verdict.hpp"

#include <gtest/gtest.h>

namespace onsale::test {

using namespace std::chrono_literals;

namespace {

constexpr time_point noon{std::chrono::hours{12}};
constexpr auto fresh = noon + 999ms;
constexpr auto old = noon + 1s;

word says(sale_state state, std::int64_t remaining) {
    word w;
    w.at = {1, 1};
    w.state = state;
    w.total = 10;
    w.sold = 10 - remaining;
    w.sent = noon;
    return w;
}

std::string told(const word& w, std::int64_t quantity, time_point now) {
    const auto judged = judge(w, quantity, now);
    switch (judged.what) {
        case verdict::enough:
            return "enough";
        case verdict::stale:
            return "stale";
        case verdict::refuse:
            break;
    }
    return std::string{name_of(judged.why)};
}

}  // namespace

TEST(Verdict, EnoughIsEnoughHoweverOldTheWord) {
    EXPECT_EQ(told(says(sale_state::open, 3), 3, fresh), "enough");
    EXPECT_EQ(told(says(sale_state::open, 3), 3, noon + 1h), "enough");
}

TEST(Verdict, L11RefusesOnlyByAWordLessThanASecondOld) {
    struct row {
        sale_state state;
        std::int64_t remaining;
        const char* why;
    };
    for (const auto& [state, remaining, why] :
         {row{sale_state::open, 0, "sold_out"}, row{sale_state::open, 2, "too_few"},
          row{sale_state::paused, 5, "paused"}, row{sale_state::closed, 5, "closed"},
          row{sale_state::removed, 5, "closed"}}) {
        EXPECT_EQ(told(says(state, remaining), 3, fresh), why);
        EXPECT_EQ(told(says(state, remaining), 3, old), "stale") << why;
    }
}

TEST(Verdict, L4FrozenAndMissingNeedNoFreshWord) {
    EXPECT_EQ(told(says(sale_state::frozen, 5), 1, noon + 1h), "frozen");
    EXPECT_EQ(told(says(sale_state::missing, 5), 1, noon + 1h), "missing");
}

TEST(Verdict, L11NotOpenHoldsUntilTheOpeningAndNoLonger) {
    auto w = says(sale_state::open, 10);
    w.now = 1'000'000;
    w.opens = w.now + 60'000;
    EXPECT_EQ(told(w, 1, fresh), "not_open");
    EXPECT_EQ(told(w, 1, noon + 60s - 1ns), "not_open");
    EXPECT_EQ(told(w, 1, noon + 60s), "enough");
}

TEST(Verdict, KnowsNothingWithoutAWord) {
    EXPECT_EQ(told(word{}, 1, noon), "stale");
}

TEST(Verdict, SellingIsOpenAndBegun) {
    auto w = says(sale_state::open, 0);
    EXPECT_TRUE(is_selling(w, noon + 1h));
    w.opens = w.now + 1'000;
    EXPECT_FALSE(is_selling(w, noon + 999ms));
    EXPECT_TRUE(is_selling(w, noon + 1s));
    using enum sale_state;
    for (const auto state : {unknown, paused, closed, frozen, missing, removed}) {
        EXPECT_FALSE(is_selling(says(state, 5), noon));
    }
}

}  // namespace onsale::test
