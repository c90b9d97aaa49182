#pragma once

#include "onsale/core/ids.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

// What ends a reservation, or pays it, and what came of it (L20, L21, L22).

namespace onsale {

enum class settle_kind : std::uint8_t { pay, cancel };

[[nodiscard]] std::string_view name_of(settle_kind what) noexcept;

struct settlement {
    settle_kind what = settle_kind::cancel;
    payment_name payment;     ///< of `pay`
    std::int64_t amount = 0;  ///< of `pay`, in the currency's smallest unit
    id_digits successor{};    ///< of `pay`: the id, should it be late and buy the tickets again
};

/// What is told of it. Values, never errors.
enum class settle_result : std::uint8_t {
    done,          ///< by this call
    repeated,      ///< it was so already, by the same cause
    rebought,      ///< a late payment bought the tickets again: a new reservation
    refused,       ///< the reservation's state forbids it
    refund_due,    ///< the payment bought nothing and is owed to the payer
    wrong_amount,  ///< not what the tickets cost; nothing was changed
    unknown,       ///< there is no such reservation
    frozen,        ///< the ledger went back; nothing is done until it is rebuilt
    missing,       ///< the ledger has lost the sale; the same
    in_doubt,      ///< sent, and no reply came in time: send it again
    busy,          ///< not taken, nothing was done; send it again
};

inline constexpr std::size_t settle_results = 11;

[[nodiscard]] std::string_view name_of(settle_result what) noexcept;

/// Nothing if the ledger does not say such a thing.
[[nodiscard]] std::optional<settle_result> parse_settle_result(std::string_view name) noexcept;

/// One sentence for a person: what happened and what to do.
[[nodiscard]] std::string_view sentence_of(settle_result what) noexcept;

}  // namespace onsale
