#pragma once

#include "onsale/core/limits.hpp"

#include <boost/static_string/static_string.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Names of sales, buyers and reservations (L15). A reservation id is `SALE.` and 32 lower-case hex
// digits; the digits alone name it within its sale.

namespace onsale {

using sale_id = boost::static_strings::static_string<limits::sale_id>;
using buyer_name = boost::static_strings::static_string<limits::buyer>;
using payment_name = boost::static_strings::static_string<limits::payment_id>;
using id_digits = std::array<char, limits::id_digits>;

[[nodiscard]] inline std::string_view view(const id_digits& digits) noexcept {
    return {digits.data(), digits.size()};
}

/// `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`
[[nodiscard]] bool is_sale_id(std::string_view text) noexcept;

/// 1 to 128 printable ASCII characters: a buyer or an idempotency key.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

/// `[A-Za-z0-9._:-]{1,64}`: the payment side's name of a payment.
[[nodiscard]] bool is_payment_id(std::string_view text) noexcept;

/// A reservation id taken apart. Views into the text it was read from.
struct reservation_name {
    std::string_view sale;
    id_digits digits;
};

/// Nothing if `text` is not well-formed.
[[nodiscard]] std::optional<reservation_name> parse_reservation_id(std::string_view text) noexcept;

/// The secret of a sale that its ids are derived with: 16 bytes, written as 32 hex digits by
/// `open`.
using sale_salt = std::array<std::uint8_t, 16>;

[[nodiscard]] std::optional<sale_salt> parse_salt(std::string_view hex) noexcept;

/// The id of what (sale, buyer, key) buys: the same on every node and at every repeat, and not to
/// be guessed without the salt. SipHash-2-4 with 128 bits of output. Called on the thread of the
/// purchase; keeps its working memory per thread.
[[nodiscard]] id_digits derive_id(const sale_salt& salt, std::string_view sale,
                                  std::string_view buyer, std::string_view key);

/// The id of what a late payment of `id` buys (L21): the same at every repeat.
[[nodiscard]] id_digits derive_successor(const sale_salt& salt, std::string_view sale,
                                         const id_digits& id, std::string_view payment);

/// An id that nobody can guess, for purchases without a key.
[[nodiscard]] id_digits random_id();

/// 32 random hex digits as text: operation ids, salts.
[[nodiscard]] std::string random_hex();

}  // namespace onsale
