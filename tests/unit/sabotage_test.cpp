#include "onsale/core/sabotage.hpp"

#include "support/node.hpp"

#include <gtest/gtest.h>

namespace onsale::test {

// What the public runs cannot be told to die or to lie, and whoever reads it finds no hint of it.
TEST(Sabotage, IsInTheProgramOnlyIfItWasBuiltIn) {
#ifdef ONSALE_SABOTAGE
    constexpr bool is_built_in = true;
#else
    constexpr bool is_built_in = false;
    static_assert(!sabotage::is(sabotage::mutant::oversell_by_one));
#endif
    const auto program = text_of(onsale_binary());
    ASSERT_FALSE(program.empty());
    for (const auto* name : {"ONSALE_FAILPOINT", "ONSALE_MUTANT"}) {
        EXPECT_EQ(program.find(name) != std::string::npos, is_built_in) << name;
    }
}

#ifdef ONSALE_SABOTAGE

TEST(Sabotage, NeighboursOfAReplyChangePlaces) {
    EXPECT_EQ(sabotage::shifted("a 1\nb 2\nc 3"), "b 2\nc 3\na 1");
    EXPECT_EQ(sabotage::shifted("a 1"), "a 1");
}

TEST(Sabotage, APreviousReplyIsOneOfAsManyLines) {
    EXPECT_EQ(sabotage::previous("word\na 1"), "word\na 1");
    EXPECT_EQ(sabotage::previous("word\nb 2\nc 3"), "word\nb 2\nc 3");
    EXPECT_EQ(sabotage::previous("word\nd 4"), "word\na 1");
    EXPECT_EQ(sabotage::previous("word\ne 5"), "word\nd 4");
}

#endif

}  // namespace onsale::test
