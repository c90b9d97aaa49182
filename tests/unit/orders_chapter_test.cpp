#include "../../src/orders/chapter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace onsale::test {

namespace {

using orders::chapter;
using orders::hash_piece;
using orders::journal_entry;

std::string digits(char last) {
    return std::string(31, '0') + last;
}

/// A line of an entry's records: reservation `last`, ticket `tickets`.
std::string line(char last, const std::string& state, const std::string& tickets,
                 std::int64_t reserved = 5, std::int64_t settled = 0) {
    return digits(last) + " 1|" + state + "|1|" + tickets + "|9|" + std::to_string(reserved) + "|" +
           std::to_string(settled) + "|1|2||0|ada";
}

journal_entry entry(ledger_version at, const std::string& change, const std::string& records = {}) {
    return {at, {{"format", "1"}, {"change", change}, {"records", records}}};
}

TEST(Chapter, L25IsFollowedByTheNextVersionOnly) {
    const chapter at_five{{"G101", {1, 5}}};
    EXPECT_TRUE(at_five.is_followed_by(entry({1, 6}, "reserve")));
    EXPECT_FALSE(at_five.is_followed_by(entry({1, 7}, "reserve")));
    EXPECT_FALSE(at_five.is_followed_by(entry({1, 5}, "reserve")));
    auto rebuilt = entry({2, 1}, "rebuild");
    EXPECT_FALSE(at_five.is_followed_by(rebuilt)) << "of what?";
    rebuilt.fields.emplace_back("from", "1-9");
    EXPECT_FALSE(at_five.is_followed_by(rebuilt)) << "our orders went back since";
    rebuilt.fields.back().second = "1-5";
    EXPECT_TRUE(at_five.is_followed_by(rebuilt));
    EXPECT_FALSE(at_five.is_followed_by(entry({2, 1}, "open"))) << "a sale is opened once";
    EXPECT_FALSE(at_five.is_followed_by(entry({2, 6}, "reserve"))) << "where is the rebuild?";
}

TEST(Chapter, L25ASaleBeginsWithItsOpening) {
    const chapter nothing{{"G101", {}}};
    EXPECT_TRUE(nothing.is_followed_by(entry({1, 1}, "open")));
    EXPECT_FALSE(nothing.is_followed_by(entry({1, 9}, "reserve")));
}

TEST(Chapter, MovesOnWithEachEntry) {
    chapter one{{"G101", {1, 5}}};
    one.take(entry({1, 6}, "reserve", line('a', "held", "1")));
    one.take(entry({1, 7}, "reserve", line('b', "held", "2")));
    EXPECT_EQ(one.from(), (ledger_version{1, 5}));
    EXPECT_EQ(one.to(), (ledger_version{1, 7}));
    EXPECT_EQ(one.orders().size(), 2U);
    EXPECT_EQ(one.orders()[1].record.written, (ledger_version{1, 7}));
}

TEST(Chapter, OfAReservationTheNewestRowCounts) {
    chapter one{{"G101", {1, 5}}};
    one.take(entry({1, 6}, "reserve", line('a', "held", "7") + "\n" + line('b', "held", "8")));
    one.take(entry({1, 7}, "settle", line('a', "cancelled", "", 5, 6)));
    ASSERT_EQ(one.orders().size(), 2U);
    EXPECT_EQ(one.orders()[0].record.state, reservation_state::cancelled);
    EXPECT_EQ(one.orders()[0].record.tickets, "7") << "it keeps the numbers it had";
    EXPECT_EQ(one.orders()[1].place, 1);
}

TEST(Chapter, TheOldestRecordTellsTheLag) {
    chapter one{{"G101", {1, 5}}};
    EXPECT_EQ(one.oldest(), 0);
    one.take(entry({1, 6}, "reserve", line('a', "held", "7", 100)));
    one.take(entry({1, 7}, "settle", line('b', "paid", "8", 40, 90)));
    EXPECT_EQ(one.oldest(), 90);
}

TEST(Chapter, L27WhatCannotBeUnderstoodIsADeadLetterAndTheRestIsNot) {
    const std::vector<std::string> bad{
        digits('b') + " 2|held|1|1|9|5|0|1|2||0|ada",    // another format
        digits('b') + " 1|held|1|1|9|5|0|1|2||0|a\tda",  // not printable
        digits('b') + " 1|held|1|x|9|5|0|1|2||0|ada",    // no ticket list
        "short 1|held|1|1|9|5|0|1|2||0|ada",             // no id
        digits('B') + " 1|held|1|1|9|5|0|1|2||0|ada",    // no id either
        digits('b'),
    };
    for (const auto& one_bad : bad) {
        chapter one{{"G101", {1, 5}}};
        one.take(entry({1, 6}, "reserve",
                       line('a', "held", "1") + "\n" + one_bad + "\n" + line('c', "held", "3")));
        EXPECT_EQ(one.orders().size(), 2U) << one_bad;
        ASSERT_EQ(one.letters().size(), 1U) << one_bad;
        EXPECT_EQ(one.letters()[0].what, "order");
        EXPECT_EQ(one.letters()[0].place, 1);
        EXPECT_EQ(one.to(), (ledger_version{1, 6})) << "it counts as taken";
    }
}

TEST(Chapter, L27AnEntryOfAnotherFormatIsADeadLetterAsAWhole) {
    for (const auto& [format, change] :
         {std::pair{"2", "reserve"}, std::pair{"1", "unheard_of"}, std::pair{"", "reserve"}}) {
        chapter one{{"G101", {1, 5}}};
        one.take({{1, 6},
                  {{"format", format}, {"change", change}, {"records", line('a', "held", "1")}}});
        EXPECT_TRUE(one.orders().empty());
        ASSERT_EQ(one.letters().size(), 1U);
        EXPECT_EQ(one.letters()[0].what, "entry");
    }
}

TEST(Chapter, L27ADeadLetterHoldsAllThatItTakesToTryAgain) {
    chapter one{{"G101", {1, 5}}};
    journal_entry strange{{1, 6},
                          {{"format", "1"},
                           {"change", "unheard_of"},
                           {"records", line('a', "held", "1") + "\n" + line('b', "held", "2")},
                           {"odd", "a=b\\\x01"}}};
    one.take(strange);
    auto letter = one.letters().at(0);
    const auto at = letter.text.find("unheard_of");
    letter.text.replace(at, std::string{"unheard_of"}.size(), "reserve");
    chapter again{{"G101", {1, 9}}};
    again.take_again(letter);
    EXPECT_TRUE(again.letters().empty());
    ASSERT_EQ(again.orders().size(), 2U);
    EXPECT_EQ(again.orders()[1].record.written, (ledger_version{1, 6}));
    EXPECT_EQ(again.to(), (ledger_version{1, 9})) << "the position does not move";
}

TEST(Chapter, L25AHoleIsFilledWithWhatWasWrittenAboveThePosition) {
    chapter one{{"G101", {1, 5}}};
    const auto record = [](int version) {
        return "1|held|1|1|9|5|0|1|" + std::to_string(version) + "||0|ada";
    };
    one.take_reservations(
        {"0", {{digits('a'), record(5)}, {digits('b'), record(6)}, {digits('c'), record(99)}}},
        {1, 8});
    ASSERT_EQ(one.orders().size(), 2U);
    EXPECT_EQ(one.orders()[0].record.digits, digits('b'));
    EXPECT_GT(one.orders()[0].place, 256) << "behind all places of that version's entry";
    EXPECT_EQ(one.to(), (ledger_version{1, 5})) << "only the last part moves the position";
}

TEST(Chapter, FingerprintsTellEntriesApart) {
    const auto of = [](std::vector<std::pair<std::string, std::string>> fields) {
        return fingerprint_of(journal_entry{{1, 1}, std::move(fields)});
    };
    const auto one = of({{"a", "bc"}, {"d", ""}});
    EXPECT_EQ(one, of({{"a", "bc"}, {"d", ""}}));
    EXPECT_EQ(one.size(), 16U);
    EXPECT_NE(one, of({{"ab", "c"}, {"d", ""}}));
    EXPECT_NE(one, of({{"a", "bc"}}));
    EXPECT_NE(one, of({{"a", "bd"}, {"d", ""}}));
}

}  // namespace

}  // namespace onsale::test
