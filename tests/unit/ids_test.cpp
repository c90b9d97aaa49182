#include "onsale/core/ids.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace onsale::test {

namespace {

constexpr sale_salt salt{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
const std::string digits = "0123456789abcdef0123456789abcdef";

std::string derive(std::string_view sale, std::string_view buyer, std::string_view key) {
    return std::string{view(derive_id(salt, sale, buyer, key))};
}

}  // namespace

TEST(SaleId, IsALetterOrDigitAndUpTo63More) {
    for (const auto* good : {"demo", "G101-2027-02-01", "a", "7", "A.b_c-D"}) {
        EXPECT_TRUE(is_sale_id(good)) << good;
    }
    for (const auto* bad : {"", "-a", ".a", "_a", "a b", "a/b", "a{b}", "a:b", "ä", "a\n"}) {
        EXPECT_FALSE(is_sale_id(bad)) << bad;
    }
    EXPECT_TRUE(is_sale_id(std::string(64, 'x')));
    EXPECT_FALSE(is_sale_id(std::string(65, 'x')));
}

TEST(Name, IsOneTo128PrintableCharacters) {
    EXPECT_TRUE(is_name("a"));
    EXPECT_TRUE(is_name(" !\"#~|{}"));
    EXPECT_TRUE(is_name(std::string(128, 'x')));
    EXPECT_FALSE(is_name(""));
    EXPECT_FALSE(is_name(std::string(129, 'x')));
    EXPECT_FALSE(is_name("a\tb"));
    EXPECT_FALSE(is_name("a\x7f"));
    EXPECT_FALSE(is_name("\xc3\xa4"));
    EXPECT_FALSE(is_name(std::string_view{"a\0b", 3}));
}

TEST(ReservationId, IsTheSaleADotAndTheDigits) {
    const auto id = "G101-2027.x." + digits;
    const auto name = parse_reservation_id(id);
    ASSERT_TRUE(name);
    EXPECT_EQ(name->sale, "G101-2027.x");
    EXPECT_EQ(view(name->digits), digits);
}

TEST(ReservationId, IsNothingElse) {
    auto upper = digits;
    upper[3] = 'A';
    const std::vector<std::string> wrong{"",
                                         digits,
                                         "." + digits,
                                         "demo" + digits,
                                         "demo." + upper,
                                         "demo-" + digits,
                                         "demo." + digits + "0",
                                         "demo." + digits.substr(1),
                                         "-demo." + digits};
    for (const auto& text : wrong) {
        EXPECT_FALSE(parse_reservation_id(text)) << text;
    }
}

TEST(Salt, Is32LowerCaseHexDigits) {
    EXPECT_EQ(parse_salt("000102030405060708090a0b0c0d0e0f"), salt);
    EXPECT_FALSE(parse_salt(""));
    EXPECT_FALSE(parse_salt("-"));
    EXPECT_FALSE(parse_salt("000102030405060708090A0B0C0D0E0F"));
    EXPECT_FALSE(parse_salt("000102030405060708090a0b0c0d0e0f0"));
}

// SipHash-2-4-128 of "demo\0ada\0key-1\0" by its published definition.
TEST(DeriveId, L15IsTheSameOnEveryNodeAndEveryBuild) {
    EXPECT_EQ(derive("demo", "ada", "key-1"), "b33e4701a0441308f6299c0e70d8ac5d");
}

TEST(DeriveId, L15DependsOnSaleBuyerKeyAndSalt) {
    sale_salt other = salt;
    other[15] ^= 1U;
    const std::set<std::string> ids{
        derive("demo", "ada", "key-1"), derive("demo", "ada", "key-2"),
        derive("demo", "bob", "key-1"), derive("dem0", "ada", "key-1"),
        derive("demo", "", "key-1"),    std::string{view(derive_id(other, "demo", "ada", "key-1"))},
    };
    EXPECT_EQ(ids.size(), 6U);
}

TEST(DeriveId, L15FieldsDoNotRunIntoOneAnother) {
    EXPECT_NE(derive("demo", "ada", "1"), derive("demo", "ad", "a1"));
    EXPECT_NE(derive("demo", "ada", ""), derive("demo", "", "ada"));
    EXPECT_NE(derive("demoa", "da", "1"), derive("demo", "ada", "1"));
}

TEST(DeriveId, IsTheSameOnEveryThread) {
    const auto here = derive("demo", "ada", "key-1");
    std::string there;
    std::thread{[&] { there = derive("demo", "ada", "key-1"); }}.join();
    EXPECT_EQ(there, here);
}

TEST(RandomId, IsNeverTheSameAndAlwaysAnId) {
    std::set<std::string> ids;
    for (int i = 0; i < 2000; ++i) {
        const auto id = random_id();
        ids.emplace(view(id));
        EXPECT_TRUE(parse_reservation_id("demo." + std::string{view(id)}));
    }
    EXPECT_EQ(ids.size(), 2000U);
    EXPECT_TRUE(parse_salt(random_hex()));
}

}  // namespace onsale::test
