#include "onsale/core/sale.hpp"

#include "support/on_threads.hpp"

#include "onsale/core/sale_book.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace onsale::test {

using namespace std::chrono_literals;

namespace {

constexpr time_point noon{std::chrono::hours{12}};

word of_total(std::int64_t total) {
    word w;
    w.at = {1, 1};
    w.state = sale_state::open;
    w.total = total;
    return w;
}

/// How many of eight threads are told `true` by the same question.
template <class Question>
int told_true(Question ask) {
    std::atomic<int> count{0};
    on_threads(8, [&](int) { count += ask() ? 1 : 0; });
    return count;
}

}  // namespace

TEST(Sale, BeginsWithItsFirstWordAndTokens) {
    sale one{{"demo", {}}, of_total(10), 4};
    EXPECT_EQ(one.id(), "demo");
    EXPECT_EQ(one.says().total, 10);
    EXPECT_EQ(one.stock().tokens(), 4);
}

TEST(Sale, L12IsDueWhenNothingWasAskedFor200Milliseconds) {
    sale one{{"demo", {}}, of_total(10), 4};
    one.asked(noon);
    EXPECT_FALSE(one.claim_poll(noon + 199ms));
    one.asked(noon + 100ms);
    EXPECT_FALSE(one.claim_poll(noon + 299ms));
    EXPECT_TRUE(one.claim_poll(noon + 300ms));
}

TEST(Sale, L12APollIsClaimedOnceAndTakenOverIfItIsNotAnswered) {
    sale one{{"demo", {}}, of_total(10), 4};
    one.asked(noon);
    EXPECT_EQ(told_true([&] { return one.claim_poll(noon + 1s); }), 1);
    EXPECT_FALSE(one.claim_poll(noon + 1s + 199ms));
    EXPECT_TRUE(one.claim_poll(noon + 1s + 200ms));
}

TEST(Sale, CountsEveryAttemptOnce) {
    sale one{{"demo", {}}, of_total(10), 4};
    told_true([&] { return one.count_attempt() > 0; });
    EXPECT_EQ(one.count_attempt(), 9);
}

TEST(SaleBook, KeepsOneSaleForOneId) {
    sale_book book{{1, 1, 0.0}};
    book.add({"demo", {}}, of_total(10));
    book.add({"demo", {}}, of_total(99));
    book.add({"other", {}}, of_total(5));
    ASSERT_EQ(book.size(), 2U);
    EXPECT_EQ(book.from(0).at(0)->says().total, 10);
}

TEST(SaleBook, TellsThoseThatAThreadDoesNotHave) {
    sale_book book{{1, 1, 0.0}};
    for (const auto* id : {"a", "b", "c"}) {
        book.add({id, {}}, of_total(10));
    }
    const auto news = book.from(1);
    ASSERT_EQ(news.size(), 2U);
    EXPECT_EQ(news[0]->id(), "b");
    EXPECT_EQ(news[1]->id(), "c");
    EXPECT_TRUE(book.from(3).empty());
}

TEST(SaleBook, OneThreadOfManyAddsASale) {
    sale_book book{{1, 1, 0.0}};
    told_true([&] {
        book.add({"demo", {}}, of_total(10));
        return true;
    });
    EXPECT_EQ(book.size(), 1U);
}

TEST(SaleBook, L9ASaleBeginsWithTheNodesShareOrAFixedNumber) {
    sale_book by_share{{1, 10, 0.10}};
    by_share.add({"demo", {}}, of_total(10'000));
    EXPECT_EQ(by_share.from(0).at(0)->stock().tokens(), 1'100);
    sale_book fixed{{1, 10, 0.10}, 150};
    fixed.add({"demo", {}}, of_total(10'000));
    EXPECT_EQ(fixed.from(0).at(0)->stock().tokens(), 150);
}

TEST(SaleBook, KnowsAllOnlyIfTheListWasReadLately) {
    sale_book book{{1, 1, 0.0}};
    EXPECT_FALSE(book.knows_all(noon));
    book.heard_all(noon);
    EXPECT_TRUE(book.knows_all(noon + 1s));
    EXPECT_FALSE(book.knows_all(noon + 2s));
}

TEST(SaleBook, TheListIsReadByOneThreadAtATime) {
    sale_book book{{1, 1, 0.0}};
    EXPECT_EQ(told_true([&] { return book.claim_discovery(noon); }), 1);
    EXPECT_FALSE(book.claim_discovery(noon + 399ms));
    EXPECT_TRUE(book.claim_discovery(noon + 400ms));
}

}  // namespace onsale::test
