#include "onsale/core/word.hpp"

#include "support/printing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace onsale::test {

using namespace std::chrono_literals;

namespace {

constexpr time_point noon{std::chrono::hours{12}};

word says(ledger_version at, sale_state state = sale_state::open, time_point sent = noon) {
    word w;
    w.at = at;
    w.state = state;
    w.sent = sent;
    return w;
}

/// Which of the two `newer` takes, by a mark in `total`.
std::string winner(word held, word next) {
    held.total = 1;
    next.total = 2;
    return newer(held, next).total == 1 ? "held" : "next";
}

constexpr auto frozen = sale_state::frozen;
constexpr auto missing = sale_state::missing;
constexpr auto open = sale_state::open;

}  // namespace

TEST(Word, CountsWhatRemains) {
    word w;
    w.total = 10;
    w.sold = 7;
    w.paid = 2;
    EXPECT_EQ(w.remaining(), 3);
    EXPECT_EQ(w.held(), 5);
}

TEST(Word, L11OpensOnTheMonotonicClock) {
    word w = says({1, 1});
    w.now = 1'000;
    w.opens = 6'000;
    EXPECT_EQ(w.opens_at(), noon + 5s);
    w.opens = 1'000;
    EXPECT_EQ(w.opens_at(), time_point::min());
}

TEST(Word, StatesAreReadByTheirNames) {
    using enum sale_state;
    for (const auto state : {unknown, open, paused, closed, frozen, missing, removed}) {
        EXPECT_EQ(parse_state(name_of(state)), state);
    }
    EXPECT_EQ(parse_state("Open"), unknown);
    EXPECT_EQ(parse_state(""), unknown);
}

TEST(Newer, L3ComparesPairsEpochFirst) {
    EXPECT_EQ(winner(says({1, 9}), says({2, 1})), "next");
    EXPECT_EQ(winner(says({2, 1}), says({1, 9})), "held");
    EXPECT_EQ(winner(says({1, 9}), says({1, 10})), "next");
    EXPECT_EQ(winner(says({1, 10}), says({1, 9})), "held");
}

TEST(Newer, L4AHigherPairWinsThoughItWasAskedEarlier) {
    EXPECT_EQ(winner(says({1, 4}), says({1, 5}, open, noon - 1s)), "next");
    EXPECT_EQ(winner(says({1, 5}), says({1, 4}, open, noon + 1s)), "held");
}

TEST(Newer, L4TheSamePairWinsIfItWasAskedLater) {
    EXPECT_EQ(winner(says({1, 5}), says({1, 5}, open, noon + 1ms)), "next");
    EXPECT_EQ(winner(says({1, 5}), says({1, 5}, open, noon - 1ms)), "held");
    EXPECT_EQ(winner(says({1, 5}), says({1, 5}, open, noon)), "held");
}

TEST(Newer, L4AnythingIsNewerThanNothing) {
    EXPECT_EQ(winner(word{}, says({1, 1})), "next");
    EXPECT_EQ(newer(word{}, says({0, 0}, missing)).state, missing);
}

TEST(Newer, L4FrozenAndMissingOverrideWhateverIsHeld) {
    for (const auto state : {frozen, missing}) {
        EXPECT_EQ(newer(says({1, 9}), says({1, 3}, state)).state, state);
        EXPECT_EQ(newer(says({1, 9}), says({0, 0}, state, noon + 1s)).state, state);
        EXPECT_EQ(newer(says({2, 9}), says({1, 3}, state, noon + 1s)).state, state);
    }
}

TEST(Newer, L4ThePairHeldBeforeIsStillTheOneThatIsSent) {
    EXPECT_EQ(newer(says({1, 9}), says({1, 3}, frozen)).at, (ledger_version{1, 9}));
    EXPECT_EQ(newer(says({1, 9}), says({0, 0}, missing)).at, (ledger_version{1, 9}));
    EXPECT_EQ(newer(says({1, 3}), says({1, 9}, frozen)).at, (ledger_version{1, 9}));
}

TEST(Newer, L28WhichNumbersWereIssuedIsNotForgotten) {
    auto held = says({1, 9});
    held.last = 120;
    held.next = 81;
    for (const auto state : {frozen, missing}) {
        const auto after = newer(held, says({1, 3}, state));
        EXPECT_EQ(after.last, 120);
        EXPECT_EQ(after.next, 81);
        EXPECT_EQ(newer(after, says({1, 3}, state)).next, 81) << "also when it is said again";
    }
}

TEST(Newer, L4FrozenAndMissingEndWithAHigherEpoch) {
    for (const auto state : {frozen, missing}) {
        const auto held = says({1, 9}, state);
        EXPECT_EQ(newer(held, says({2, 1}, open, noon - 1s)).state, open);
    }
}

/// Redis was started in another directory, and is back in its own.
TEST(Newer, L4FrozenAndMissingEndWhenTheLedgerIsBackAndHasLostNothing) {
    for (const auto state : {frozen, missing}) {
        const auto held = newer(says({1, 9}, open, noon - 1s), says({0, 0}, state));
        EXPECT_EQ(newer(held, says({1, 8}, open, noon + 1s)).state, state) << "it went back";
        EXPECT_EQ(newer(held, says({1, 9}, open, noon + 500ms)).state, state)
            << "perhaps answered before";
        EXPECT_EQ(newer(held, says({1, 9}, open, noon + 501ms)).state, open);
        EXPECT_EQ(newer(held, says({1, 10}, open, noon + 501ms)).state, open);
    }
}

TEST(Newer, L4FrozenIsOldNewsOnceARebuildIsKnown) {
    const auto rebuilt = says({2, 1}, sale_state::paused);
    EXPECT_EQ(newer(rebuilt, says({1, 9}, frozen, noon - 1ms)).state, sale_state::paused);
    EXPECT_EQ(newer(rebuilt, says({1, 9}, frozen, noon + 1ms)).state, frozen);
}

TEST(Newer, L4MissingWasOldNewsIfTheSaleWasSeenLater) {
    EXPECT_EQ(newer(says({1, 1}), says({0, 0}, missing, noon - 1ms)).state, open);
}

}  // namespace onsale::test
