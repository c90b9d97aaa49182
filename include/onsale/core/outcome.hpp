#pragma once

#include <cstdint>
#include <string_view>

// What a buyer is told. Values, never errors; the order is the order of precedence, the first that
// holds is the answer.

namespace onsale {

enum class outcome : std::uint8_t {
    sold,                   ///< the tickets are the buyer's until pay-by
    repeated,               ///< this key bought them before: the same answer again
    key_reused,             ///< this key bought something else
    ended,                  ///< this key's reservation was cancelled, has expired or was refunded
    frozen,                 ///< the ledger went back; nothing is sold until it is rebuilt
    missing,                ///< the ledger has lost the sale; the same
    closed,                 ///< the sale is over
    paused,                 ///< the operator has paused the sale
    not_open,               ///< the sale has not begun
    too_many_reservations,  ///< the buyer has made and ended too many
    limit_reached,          ///< the buyer has as many tickets as one may have
    sold_out,               ///< no ticket is left
    too_few,                ///< some are left, but fewer than asked for
    in_doubt,               ///< sent, and no reply came in time: ask by the id
    busy,                   ///< not taken, nothing was sold; try again
};

/// The outcome's name on the wire (`code` of a problem, `reason`), e.g. `sold_out`.
[[nodiscard]] std::string_view name_of(outcome what) noexcept;

/// One sentence for a person: what happened and what to do.
[[nodiscard]] std::string_view sentence_of(outcome what) noexcept;

/// True if a new ticket was, or may have been, taken: the token is kept (L9).
[[nodiscard]] bool keeps_token(outcome what) noexcept;

}  // namespace onsale
