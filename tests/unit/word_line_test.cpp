#include "onsale/redis/word_line.hpp"

#include "support/printing.hpp"

#include <gtest/gtest.h>

#include <string>

namespace onsale::test {

using redis::parse_word_line;

namespace {

const std::string good =
    "2 41 open 100 60 20 120 81 900000 4 4200 1700000000000 1700000001000 "
    "000102030405060708090a0b0c0d0e0f 2-39 1700000900000 3 5";

/// `good` with its field number `n`, from 0, replaced.
std::string with(std::size_t n, const std::string& value) {
    std::string line;
    std::size_t at = 0;
    for (std::size_t begin = 0; begin < good.size(); ++at) {
        const auto end = std::min(good.find(' ', begin), good.size());
        line += (at == 0 ? "" : " ") + (at == n ? value : good.substr(begin, end - begin));
        begin = end + 1;
    }
    return line;
}

}  // namespace

TEST(WordLine, IsTakenApart) {
    const auto line = parse_word_line(good);
    ASSERT_TRUE(line);
    const auto& says = line->says;
    EXPECT_EQ(says.at, (ledger_version{2, 41}));
    EXPECT_EQ(says.state, sale_state::open);
    EXPECT_EQ(says.total, 100);
    EXPECT_EQ(says.sold, 60);
    EXPECT_EQ(says.paid, 20);
    EXPECT_EQ(says.opens, 1'700'000'000'000);
    EXPECT_EQ(says.due, 1'700'000'900'000);
    EXPECT_EQ(says.letters, 3);
    EXPECT_EQ(says.now, 1'700'000'001'000);
    EXPECT_EQ(says.ordered, (ledger_version{2, 39}));
    EXPECT_EQ(says.last, 120);
    EXPECT_EQ(says.next, 81);
    EXPECT_EQ(line->withheld, 5);
    EXPECT_EQ(line->hold_ms, 900'000);
    EXPECT_EQ(line->limit, 4);
    EXPECT_EQ(line->price, 4200);
    EXPECT_EQ(line->salt, "000102030405060708090a0b0c0d0e0f");
}

TEST(WordLine, L4OfAnotherSaleOfThatNameIsHeardAsALoss) {
    const auto line = parse_word_line(good);
    ASSERT_TRUE(line);
    const auto salt = parse_salt(line->salt);
    sale same{{"demo", *salt}, {}, 0};
    redis::hear(same, *line, time_point{} + std::chrono::hours{1});
    EXPECT_EQ(same.says().state, sale_state::open);
    sale another{{"demo", {}}, {}, 0};
    redis::hear(another, *line, time_point{} + std::chrono::hours{1});
    EXPECT_EQ(another.says().state, sale_state::missing);
    EXPECT_EQ(another.says().at, ledger_version{}) << "its numbers mean nothing here";
    EXPECT_EQ(another.says().last, 0);
}

// The true ledger is not behind what another one said, when it is there again.
TEST(WordLine, L5OfAnotherSaleLeavesThePairThatIsHeld) {
    const auto line = parse_word_line(good);
    ASSERT_TRUE(line);
    for (const auto* state : {"open", "frozen"}) {
        SCOPED_TRACE(state);
        auto told = *line;
        told.says.state = parse_state(state);
        word held;
        held.at = {2, 7};
        held.state = sale_state::open;
        held.last = 100;
        sale ours{{"demo", {}}, held, 0};
        EXPECT_FALSE(redis::hear(ours, told, time_point{} + std::chrono::hours{1}));
        EXPECT_TRUE(ours.says().overrides());
        EXPECT_EQ(ours.says().at, held.at);
        EXPECT_EQ(ours.says().last, held.last);
    }
}

TEST(WordLine, OfASaleThatDoesNotExistIsMissing) {
    const auto line = parse_word_line("0 0 missing 0 0 0 0 1 0 0 0 0 1700000001000 - 0-0 0 0 0");
    ASSERT_TRUE(line);
    EXPECT_EQ(line->says.state, sale_state::missing);
}

TEST(WordLine, IsNothingIfAFieldIsMalformed) {
    EXPECT_EQ(with(99, ""), good);
    for (std::size_t n = 0; n < 17; ++n) {
        EXPECT_FALSE(parse_word_line(with(n, ""))) << n;
        if (n != 13) {
            EXPECT_FALSE(parse_word_line(with(n, "x"))) << n;
        }
    }
    EXPECT_FALSE(parse_word_line(with(2, "unknown")));
    EXPECT_FALSE(parse_word_line(with(14, "2")));
}

TEST(WordLine, IsNothingIfItIsTooShortOrTooLong) {
    EXPECT_FALSE(parse_word_line(""));
    EXPECT_FALSE(parse_word_line(good.substr(0, good.rfind(' '))));
    EXPECT_FALSE(parse_word_line(good + " 1"));
    EXPECT_FALSE(parse_word_line(" " + good));
}

}  // namespace onsale::test
