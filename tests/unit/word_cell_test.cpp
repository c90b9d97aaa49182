#include "support/on_threads.hpp"
#include "support/printing.hpp"

#include "onsale/core/word.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace onsale::test {

namespace {

/// A word whose every field says `n`, so that parts of two do not go together.
word all(std::int64_t n) {
    word w;
    w.at = {1, n};
    w.state = sale_state::open;
    w.total = n;
    w.sold = n;
    w.paid = n;
    w.ordered = {n, n};
    w.opens = n;
    w.due = n;
    w.letters = n;
    w.last = n;
    w.next = n;
    w.now = n;
    w.sent = time_point{time_point::duration{n}};
    return w;
}

bool is_whole(const word& w) {
    const auto n = w.at.version;
    return w.total == n && w.sold == n && w.paid == n && w.ordered == ledger_version{n, n} &&
           w.opens == n && w.due == n && w.letters == n && w.last == n && w.next == n &&
           w.now == n && w.sent.time_since_epoch().count() == n;
}

}  // namespace

TEST(WordCell, BeginsKnowingNothing) {
    const word_cell cell;
    EXPECT_EQ(cell.read().state, sale_state::unknown);
    EXPECT_EQ(cell.read().at, (ledger_version{0, 0}));
}

TEST(WordCell, ReadsWhatItLearned) {
    word_cell cell;
    cell.learn(all(7));
    EXPECT_TRUE(is_whole(cell.read()));
    EXPECT_EQ(cell.read().at.version, 7);
    EXPECT_EQ(cell.read().state, sale_state::open);
}

TEST(WordCell, L4KeepsTheNewest) {
    word_cell cell;
    cell.learn(all(7));
    cell.learn(all(6));
    EXPECT_EQ(cell.read().at.version, 7);
    cell.learn(all(8));
    EXPECT_EQ(cell.read().at.version, 8);
}

TEST(WordCell, L4IsPublishedAndReadWholeAndNeverGoesBack) {
    constexpr std::int64_t last = 300'000;
    word_cell cell;
    std::atomic<int> wrong{0};
    const auto write = [&](std::int64_t first) {
        for (auto n = first; n <= last; n += 2) {
            cell.learn(all(n));
        }
    };
    const auto read = [&] {
        for (std::int64_t seen = 0; seen < last;) {
            const auto w = cell.read();
            if (!is_whole(w) || w.at.version < seen) ++wrong;
            seen = w.at.version;
        }
    };
    on_threads(5, [&](int thread) { thread < 2 ? write(1 + thread) : read(); });
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(cell.read().at.version, last);
}

}  // namespace onsale::test
