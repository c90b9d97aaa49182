#include "onsale/core/reservation.hpp"

#include "support/printing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace onsale::test {

namespace {

using ranges = std::vector<std::pair<std::int64_t, std::int64_t>>;

ranges read(std::string_view tickets) {
    ranges found;
    const bool whole = for_each_range(
        tickets, [&](std::int64_t first, std::int64_t last) { found.emplace_back(first, last); });
    return whole ? found : ranges{{-1, -1}};
}

}  // namespace

TEST(Record, IsTakenApartInPlace) {
    const auto parsed =
        parse_record("d1g1t5",
                     "1|paid|3|7,12-13|1700000900000|1700000000000|1700000500000|2|41|"
                     "pay-1|4200|ada");
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->digits, "d1g1t5");
    EXPECT_EQ(parsed->state, reservation_state::paid);
    EXPECT_EQ(parsed->quantity, 3);
    EXPECT_EQ(parsed->tickets, "7,12-13");
    EXPECT_EQ(parsed->pay_by, 1'700'000'900'000);
    EXPECT_EQ(parsed->reserved, 1'700'000'000'000);
    EXPECT_EQ(parsed->settled, 1'700'000'500'000);
    EXPECT_EQ(parsed->written, (ledger_version{2, 41}));
    EXPECT_EQ(parsed->payment, "pay-1");
    EXPECT_EQ(parsed->refund_due, 4200);
    EXPECT_EQ(parsed->buyer, "ada");
}

TEST(Record, BuyersMayHoldTheSeparator) {
    EXPECT_EQ(parse_record("", "1|held|1|7|2|1|0|1|2||0|a|b c").value().buyer, "a|b c");
    EXPECT_EQ(parse_record("", "1|held|1|7|2|1|0|1|2||0|").value().buyer, "");
}

TEST(Record, L17ATombstoneHasNoTickets) {
    const auto parsed = parse_record("", "1|cancelled|2||2|1|0|1|3||0|ada");
    ASSERT_TRUE(parsed);
    EXPECT_FALSE(is_live(parsed->state));
    EXPECT_EQ(parsed->tickets, "");
}

TEST(Record, IsNothingIfItIsMalformed) {
    for (const auto* wrong :
         {"", "2|held|1|7|2|1|0|1|2||0|", "1|sold|1|7|2|1|0|1|2||0|", "1|held|x|7|2|1|0|1|2||0|",
          "1|held|1|7||1|0|1|2||0|", "1|held|1|7|2|1|0|1", "1|held|1|7|2|1|0|1|2||x|",
          "1|held|1|7|2|1||1|2||0|", "held|1|7|2|1|0|1|2||0|"}) {
        EXPECT_FALSE(parse_record("", wrong)) << wrong;
    }
}

TEST(ReservationState, IsNamedAndReadByItsName) {
    using enum reservation_state;
    for (const auto state : {held, paid, cancelled, expired, refunded}) {
        EXPECT_EQ(parse_reservation_state(name_of(state)), state);
        EXPECT_EQ(is_live(state), state == held || state == paid);
    }
    EXPECT_FALSE(parse_reservation_state("Held"));
}

TEST(TicketList, IsNumbersAndRanges) {
    EXPECT_EQ(read(""), ranges{});
    EXPECT_EQ(read("7"), (ranges{{7, 7}}));
    EXPECT_EQ(read("7,12-15,3"), (ranges{{7, 7}, {12, 15}, {3, 3}}));
    for (const auto* wrong : {"x", "1-x", "5-3", "1,,2", "-3", "1 2"}) {
        EXPECT_EQ(read(wrong), (ranges{{-1, -1}})) << wrong;
    }
}

}  // namespace onsale::test
