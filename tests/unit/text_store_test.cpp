#include "onsale/core/text_store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace onsale::test {

TEST(TextStore, KeepsTextsWhenItIsMoved) {
    text_store texts;
    const auto small = texts.keep("small");
    const auto large = texts.keep(std::string(3U << 20U, 'x'));
    const auto next = texts.keep("next");
    const text_store moved{std::move(texts)};
    EXPECT_EQ(small, "small");
    EXPECT_EQ(large.size(), 3U << 20U);
    EXPECT_EQ(next, "next");
}

}  // namespace onsale::test
