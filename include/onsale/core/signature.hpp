#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// The signature by which the payment side is known.

namespace onsale {

/// What is signed. `timestamp` is in Unix seconds, as text, exactly as it was sent.
struct payment_notice {
    std::string_view reservation;  ///< the whole id, with the sale
    std::string_view payment;
    std::int64_t amount = 0;
    std::string_view timestamp;
};

/// HMAC-SHA256 over the four parts, joined by line feeds, as 64 lower-case hex digits.
[[nodiscard]] std::string sign(std::string_view secret, const payment_notice& notice);

/// Whether `signature` is the notice's, compared in constant time, and its timestamp within
/// `limits::signature_age` of `now`.
[[nodiscard]] bool is_signed(std::string_view secret, const payment_notice& notice,
                             std::string_view signature, std::chrono::system_clock::time_point now);

}  // namespace onsale
