#include "onsale/core/limits.hpp"
#include "onsale/core/purchase.hpp"

#include <gtest/gtest.h>

#include <set>

namespace onsale::test {

TEST(PurchasePool, L16LendsAsManyAsMayWaitAndNotOneMore) {
    purchase_pool pool;
    std::set<purchase*> lent;
    for (std::size_t i = 0; i < limits::waiting; ++i) {
        lent.insert(pool.take());
    }
    EXPECT_EQ(lent.size(), limits::waiting);
    EXPECT_FALSE(lent.contains(nullptr));
    EXPECT_EQ(pool.in_use(), limits::waiting);
    EXPECT_EQ(pool.take(), nullptr);
    EXPECT_EQ(pool.in_use(), limits::waiting);
}

TEST(PurchasePool, LendsAgainWhatCameBack) {
    purchase_pool pool;
    auto* one = pool.take();
    pool.give_back(*one);
    EXPECT_EQ(pool.in_use(), 0U);
    EXPECT_EQ(pool.take(), one);
}

TEST(PurchasePool, L18APurchaseLentAgainHasNotBeenSent) {
    purchase_pool pool;
    auto* one = pool.take();
    one->may_have_run = true;
    pool.give_back(*one);
    EXPECT_FALSE(pool.take()->may_have_run);
}

}  // namespace onsale::test
