#include "onsale/core/local_stock.hpp"

#include "support/on_threads.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace onsale::test {

TEST(LocalStock, TakesAllOrNone) {
    local_stock stock{5};
    EXPECT_TRUE(stock.try_take(3));
    EXPECT_FALSE(stock.try_take(3));
    EXPECT_EQ(stock.tokens(), 2);
    EXPECT_TRUE(stock.try_take(2));
    EXPECT_FALSE(stock.try_take(1));
    EXPECT_EQ(stock.tokens(), 0);
}

TEST(LocalStock, GivesAgainWhatWasReturned) {
    local_stock stock{1};
    EXPECT_TRUE(stock.try_take(1));
    stock.put(2);
    EXPECT_TRUE(stock.try_take(2));
    EXPECT_FALSE(stock.try_take(1));
}

TEST(LocalStock, NeverAdmitsMoreThanItHolds) {
    constexpr std::int64_t held = 4'000'000;
    local_stock stock{held};
    std::atomic<std::int64_t> taken{0};
    on_threads(8, [&](int thread) {
        const std::int64_t quantity = 1 + thread % 3;
        std::int64_t mine = 0;
        while (stock.try_take(quantity)) {
            mine += quantity;
        }
        taken += mine;
    });
    EXPECT_EQ(taken + stock.tokens(), held);
    EXPECT_EQ(stock.tokens(), 0);
}

TEST(LocalStock, LosesNoTokenThatIsGivenBack) {
    constexpr std::int64_t held = 2'000;
    local_stock stock{held};
    std::atomic<std::int64_t> kept{0};
    on_threads(4, [&](int) {
        for (int i = 1; i <= 300'000; ++i) {
            if (!stock.try_take(1)) continue;
            if (i % 1'000 == 0) {
                ++kept;
            } else {
                stock.put(1);
            }
        }
    });
    EXPECT_EQ(kept + stock.tokens(), held);
}

TEST(Share, L9IsTheTotalByWeightAndTheBuffer) {
    EXPECT_EQ((share{1, 10, 0.10}).of_total(10'000), 1'100);
    EXPECT_EQ((share{2, 10, 0.10}).of_total(10'000), 2'200);
    EXPECT_EQ((share{3, 10, 0.10}).of_total(10'000), 3'300);
    EXPECT_EQ((share{4, 10, 0.10}).of_total(10'000), 4'400);
    EXPECT_EQ((share{1, 1, 0.0}).of_total(10'000), 10'000);
}

TEST(Share, L9IsRoundedUpSoThatNoTicketIsStranded) {
    EXPECT_EQ((share{1, 3, 0.0}).of_total(10), 4);
    EXPECT_EQ((share{1, 10, 0.10}).of_total(1), 1);
    EXPECT_EQ((share{1, 10, 0.10}).of_total(10), 2);
    EXPECT_EQ((share{0, 10, 0.10}).of_total(10), 0);
    EXPECT_EQ((share{1, 10, 0.10}).of_total(0), 0);
}

TEST(Share, AllSharesTogetherCoverTheSale) {
    for (std::int64_t total = 0; total < 500; ++total) {
        std::int64_t starting = 0;
        std::int64_t granted = 0;
        for (std::int64_t weight = 1; weight <= 4; ++weight) {
            const share mine{weight, 10, 0.0};
            starting += mine.of_total(total);
            granted += mine.of_remaining(total);
        }
        EXPECT_GE(starting, total);
        EXPECT_GE(granted, total);
        EXPECT_LE(granted, total + 3);
    }
}

TEST(Share, L10OfWhatRemainsHasNoBuffer) {
    EXPECT_EQ((share{4, 10, 0.5}).of_remaining(100), 40);
    EXPECT_EQ((share{4, 10, 0.5}).of_remaining(1), 1);
    EXPECT_EQ((share{4, 10, 0.5}).of_remaining(0), 0);
    EXPECT_EQ((share{1'000'000, 1'000'000, 0.5}).of_remaining(1'000'000'000), 1'000'000'000);
}

}  // namespace onsale::test
