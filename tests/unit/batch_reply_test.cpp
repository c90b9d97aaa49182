#include "../../src/redis/batch_reply.hpp"

#include <gtest/gtest.h>

#include <string>

// L16, P9: what a line of a batch's reply says.

namespace onsale::test {

using redis::parse_looked_up;
using redis::parse_reserved;
using redis::parse_settled;

namespace {

const std::string digits(32, '1');
const std::string successor(32, '2');
const std::string record = "1|held|2|7-8|1700000900000|1700000000000|0|1|3||0|ann";

}  // namespace

TEST(BatchReply, TellsASaleAndARepetition) {
    const auto sold = parse_reserved(digits, record);
    ASSERT_TRUE(sold && sold->record);
    EXPECT_EQ(sold->what, outcome::sold);
    EXPECT_EQ(sold->record->digits, digits);
    EXPECT_EQ(sold->record->tickets, "7-8");
    const auto again = parse_reserved(digits, "known " + record);
    ASSERT_TRUE(again && again->record);
    EXPECT_EQ(again->what, outcome::repeated);
}

TEST(BatchReply, TellsWhyNothingWasSold) {
    const auto refused = parse_reserved(digits, "sold_out");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->what, outcome::sold_out);
    EXPECT_FALSE(refused->record);
}

TEST(BatchReply, TellsWhatALookUpFound) {
    const auto none = parse_looked_up(digits, "-");
    ASSERT_TRUE(none);
    EXPECT_FALSE(none->record);
    const auto one = parse_looked_up(digits, record);
    ASSERT_TRUE(one && one->record);
    EXPECT_FALSE(one->record->has_letter);
    const auto lettered = parse_looked_up(digits, "letter " + record);
    ASSERT_TRUE(lettered && lettered->record);
    EXPECT_TRUE(lettered->record->has_letter);
}

TEST(BatchReply, TellsWhatBecameOfASettlement) {
    const auto done = parse_settled(digits, successor, "done " + record);
    ASSERT_TRUE(done && done->record);
    EXPECT_EQ(done->what, settle_result::done);
    EXPECT_EQ(done->record->digits, digits);
    const auto unknown = parse_settled(digits, successor, "unknown");
    ASSERT_TRUE(unknown);
    EXPECT_FALSE(unknown->record);
    const auto rebought = parse_settled(digits, successor, "rebought " + successor + " " + record);
    ASSERT_TRUE(rebought && rebought->record);
    EXPECT_EQ(rebought->record->digits, successor);
}

// Whoever is told of it is told each number.
TEST(BatchReply, BelievesNoRecordWithOtherTicketsThanItSays) {
    for (const std::string tickets : {"", "x", "7", "7-9", "8-7", "1-999999999", "7,8,9",
                                      "1-9223372036854775807,1-9223372036854775807"}) {
        const auto bad = "1|held|2|" + tickets + "|1700000900000|1700000000000|0|1|3||0|ann";
        EXPECT_FALSE(parse_reserved(digits, bad)) << tickets;
        EXPECT_FALSE(parse_reserved(digits, "known " + bad)) << tickets;
        EXPECT_FALSE(parse_looked_up(digits, bad)) << tickets;
        EXPECT_FALSE(parse_settled(digits, successor, "done " + bad)) << tickets;
    }
    const std::string all = "|9223372036854775807|";
    EXPECT_FALSE(
        parse_looked_up(digits, "1|held" + all + "0-9223372036854775807|9|5|0|1|3||0|ann"));
    EXPECT_TRUE(parse_looked_up(digits, "1|expired|2||1700000900000|1700000000000|1|1|3||0|ann"));
}

// Whatever else stands there decides nothing: the purchase asks again.
TEST(BatchReply, BelievesNothingThatNoScriptSays) {
    for (const std::string line : {"", "sold", "busy", "known", "known sold_out", "sold_out ", "-",
                                   "SOLD_OUT", "1|held|2|7-8", "rebought"}) {
        EXPECT_FALSE(parse_reserved(digits, line)) << line;
    }
    for (const std::string line : {"", "--", "letter", "letter -", "known", "sold_out"})
        EXPECT_FALSE(parse_looked_up(digits, line)) << line;
    for (const std::string line : {"", "done", "done sold_out", "rebought", "sold_out", "refused"})
        EXPECT_FALSE(parse_settled(digits, successor, line)) << line;
    EXPECT_FALSE(parse_settled(digits, successor, "rebought " + digits + " " + record));
    EXPECT_FALSE(parse_settled(digits, successor, "rebought " + record));
}

}  // namespace onsale::test
