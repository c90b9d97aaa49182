#include "onsale/core/outcome.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace onsale::test {

namespace {

struct row {
    outcome what;
    const char* name;
    bool keeps;
};

constexpr std::array table{
    row{outcome::sold, "sold", true},
    row{outcome::repeated, "repeated", false},
    row{outcome::key_reused, "key_reused", false},
    row{outcome::ended, "ended", false},
    row{outcome::frozen, "frozen", false},
    row{outcome::missing, "missing", false},
    row{outcome::closed, "closed", false},
    row{outcome::paused, "paused", false},
    row{outcome::not_open, "not_open", false},
    row{outcome::too_many_reservations, "too_many_reservations", false},
    row{outcome::limit_reached, "limit_reached", false},
    row{outcome::sold_out, "sold_out", false},
    row{outcome::too_few, "too_few", false},
    row{outcome::in_doubt, "in_doubt", true},
    row{outcome::busy, "busy", false},
};

}  // namespace

TEST(Outcome, IsNamedOnTheWire) {
    for (const auto& one : table) {
        EXPECT_EQ(name_of(one.what), one.name);
    }
}

TEST(Outcome, ComesInTheOrderOfPrecedence) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(table[i].what), i) << table[i].name;
    }
}

TEST(Outcome, HasASentenceOfItsOwn) {
    std::set<std::string> sentences;
    for (const auto& one : table) {
        const std::string sentence{sentence_of(one.what)};
        EXPECT_TRUE(sentence.ends_with('.')) << one.name;
        sentences.insert(sentence);
    }
    EXPECT_EQ(sentences.size(), table.size());
}

TEST(Outcome, L9KeepsTheTokenOnlyIfATicketWasOrMayHaveBeenTaken) {
    for (const auto& one : table) {
        EXPECT_EQ(keeps_token(one.what), one.keeps) << one.name;
    }
}

}  // namespace onsale::test
