#include "onsale/core/ticket_set.hpp"

#include <gtest/gtest.h>

#include <set>

namespace onsale::test {

namespace {

std::string list_of(const std::string& list) {
    const auto parsed = ticket_set::parse(list);
    return parsed ? parsed->list() : "none";
}

ticket_set set_of(const std::string& list) {
    return ticket_set::parse(list).value();
}

std::set<std::int64_t> numbers_of(const ticket_set& tickets) {
    std::set<std::int64_t> numbers;
    for (const auto& [first, last] : tickets.ranges()) {
        for (auto n = first; n <= last; ++n)
            numbers.insert(n);
    }
    return numbers;
}

/// The members of 1..10 that the bits of `chosen` name.
ticket_set chosen_of(unsigned chosen) {
    std::vector<ticket_set::range> ranges;
    for (std::int64_t n = 1; n <= 10; ++n) {
        if ((chosen >> (n - 1) & 1U) != 0) ranges.push_back({n, n});
    }
    return ticket_set{ranges};
}

}  // namespace

TEST(TicketSet, IsWrittenAsItsShortestList) {
    EXPECT_EQ(list_of("7,12-15"), "7,12-15");
    EXPECT_EQ(list_of("3,1,2"), "1-3") << "neighbours are one range";
    EXPECT_EQ(list_of("5-9,1-6,7"), "1-9") << "overlaps, too";
    EXPECT_EQ(list_of(""), "");
    EXPECT_EQ(ticket_set(4, 3).list(), "") << "from 4 to 3 there is none";
}

TEST(TicketSet, IsNotReadFromWhatIsNoList) {
    for (const auto* wrong : {"x", "3-2", "0", "-1", "1,,2", " 1"}) {
        EXPECT_EQ(list_of(wrong), "none") << wrong;
    }
}

TEST(TicketSet, CountsItsNumbers) {
    EXPECT_EQ(set_of("7,12-15").size(), 5);
    EXPECT_EQ(set_of("7,12-15").highest(), 15);
    EXPECT_EQ(ticket_set{}.size(), 0);
    EXPECT_EQ(ticket_set{}.highest(), 0);
}

TEST(TicketSet, GivesItsLowest) {
    EXPECT_EQ(set_of("7,12-15").lowest(3).list(), "7,12-13");
    EXPECT_EQ(set_of("7,12-15").lowest(9).list(), "7,12-15");
    EXPECT_EQ(set_of("7,12-15").lowest(0).list(), "");
}

/// Every pair of sets of 1 to 10 that differ in shape enough: all of one, a spread of the other.
TEST(TicketSet, AddsAndTakesAwayAsSetsDo) {
    for (unsigned a = 0; a < 1024; ++a) {
        for (unsigned b = a % 7; b < 1024; b += 13) {
            EXPECT_EQ(chosen_of(a).without(chosen_of(b)).list(), chosen_of(a & ~b).list());
            EXPECT_EQ(numbers_of(chosen_of(a).with(chosen_of(b))), numbers_of(chosen_of(a | b)));
        }
    }
}

}  // namespace onsale::test
