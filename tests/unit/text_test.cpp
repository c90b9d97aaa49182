#include "onsale/core/text.hpp"

#include "onsale/core/clock.hpp"
#include "onsale/core/error.hpp"
#include "onsale/redis/keys.hpp"

#include <gtest/gtest.h>

namespace onsale::test {

TEST(Cut, TakesThePartBeforeTheSeparator) {
    std::string_view text = "a bc  d";
    EXPECT_EQ(cut(text, ' '), "a");
    EXPECT_EQ(cut(text, ' '), "bc");
    EXPECT_EQ(cut(text, ' '), "");
    EXPECT_EQ(cut(text, ' '), "d");
    EXPECT_EQ(cut(text, ' '), "");
    EXPECT_TRUE(text.empty());
}

TEST(ParseInteger, TakesTheWholeTextOrNothing) {
    EXPECT_EQ(parse_integer("0"), 0);
    EXPECT_EQ(parse_integer("-12"), -12);
    EXPECT_EQ(parse_integer("9223372036854775807"), INT64_MAX);
    for (const auto* wrong : {"", " 1", "1 ", "+1", "1.0", "0x1", "9223372036854775808", "-"}) {
        EXPECT_FALSE(parse_integer(wrong)) << wrong;
    }
    EXPECT_FALSE(parse_integer<std::uint16_t>("65536"));
}

TEST(AppendNumber, WritesEveryNumber) {
    std::string text = "n=";
    append_number(text, INT64_MIN);
    append_number(text, 7);
    EXPECT_EQ(text, "n=-92233720368547758087");
}

TEST(Rfc3339, IsUtcWithMilliseconds) {
    EXPECT_EQ(to_rfc3339(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_rfc3339(1'801'468'800'007), "2027-02-01T08:00:00.007Z");
    EXPECT_EQ(to_rfc3339(1'709'251'199'999), "2024-02-29T23:59:59.999Z");
}

TEST(Errc, SaysWhatIsCertain) {
    const boost::system::error_code sent = errc::outcome_unknown;
    const boost::system::error_code not_sent = errc::not_sent;
    EXPECT_STREQ(sent.category().name(), "onsale");
    EXPECT_NE(sent, not_sent);
    EXPECT_NE(not_sent.message().find("nothing was changed"), std::string::npos);
    EXPECT_NE(sent.message().find("may have been done"), std::string::npos);
}

TEST(Keys, L1OfASaleShareOneHashTag) {
    EXPECT_EQ(redis::sale_key("demo"), "onsale:{demo}");
    EXPECT_EQ(redis::sale_key("demo", "journal"), "onsale:{demo}:journal");
}

}  // namespace onsale::test
