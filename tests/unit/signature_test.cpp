#include "onsale/core/signature.hpp"

#include "onsale/core/limits.hpp"

#include <gtest/gtest.h>

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view secret = "a secret of 24 bytes, ok";
constexpr payment_notice notice{"demo.000102030405060708090a0b0c0d0e0f", "pay-1", 4200,
                                "1700000000"};
const std::chrono::system_clock::time_point then{1'700'000'000s};

}  // namespace

// As `printf '%s\n%s\n%s\n%s' … | openssl dgst -sha256 -hmac SECRET` has it.
TEST(Signature, IsTheHmacOfTheFourParts) {
    EXPECT_EQ(sign(secret, notice),
              "d8263716abaacec47ad0a6db58c19204ee6df7802c87ee94d7311cdc1d806b96");
}

TEST(Signature, IsRightForItsOwnNoticeOnly) {
    const auto good = sign(secret, notice);
    EXPECT_TRUE(is_signed(secret, notice, good, then));
    EXPECT_FALSE(is_signed("another secret of 29 bytes ok", notice, good, then));
    for (const auto& other :
         {payment_notice{"demo.100102030405060708090a0b0c0d0e0f", "pay-1", 4200, "1700000000"},
          payment_notice{notice.reservation, "pay-2", 4200, "1700000000"},
          payment_notice{notice.reservation, "pay-1", 4201, "1700000000"},
          payment_notice{notice.reservation, "pay-1", 4200, "1700000001"}}) {
        EXPECT_FALSE(is_signed(secret, other, good, then));
    }
}

TEST(Signature, MalformedIsWrong) {
    const auto good = sign(secret, notice);
    EXPECT_FALSE(is_signed(secret, notice, "", then));
    EXPECT_FALSE(is_signed(secret, notice, good.substr(1), then));
    EXPECT_FALSE(is_signed(secret, notice, good + "0", then));
    EXPECT_FALSE(is_signed(secret, notice, "0" + good.substr(1) + "", then) && good[0] != '0');
}

TEST(Signature, OldOrFromTheFutureIsWrong) {
    const auto good = sign(secret, notice);
    EXPECT_TRUE(is_signed(secret, notice, good, then + limits::signature_age));
    EXPECT_TRUE(is_signed(secret, notice, good, then - limits::signature_age));
    EXPECT_FALSE(is_signed(secret, notice, good, then + limits::signature_age + 1s));
    EXPECT_FALSE(is_signed(secret, notice, good, then - limits::signature_age - 1s));
}

TEST(Signature, ATimestampThatIsNoSecondIsWrong) {
    for (const auto* text : {"", "now", "-1", "9000000001", "99999999999999999999", "1e9"}) {
        auto odd = notice;
        odd.timestamp = text;
        EXPECT_FALSE(is_signed(secret, odd, sign(secret, odd), then)) << text;
    }
}

}  // namespace onsale::test
