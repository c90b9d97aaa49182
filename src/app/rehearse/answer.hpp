#pragma once

#include "plan.hpp"

#include "onsale/core/clock.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// What a server's answer tells a buyer (design §6).

namespace onsale::app {

enum class told : std::uint8_t {
    nothing,   ///< no answer: the connection broke, or it took too long
    sold,      ///< a ticket, with its number and the reservation's id
    sold_out,  ///< none is left
    refused,   ///< no, for the reason given: not open, limit reached …
    wrong,     ///< the request is wrong, or there is no such sale
    busy,      ///< not now, try again
    in_doubt,  ///< perhaps; ask again with the same key
    nonsense,  ///< an answer that is none of these
    // Of a payment or a cancellation; `refused`, `wrong` … are told of these, too.
    paid,
    refund_due,  ///< the payment came to nothing, the money is owed
    cancelled,
};

inline constexpr std::size_t told_kinds = 11;

[[nodiscard]] std::string_view name_of(told what) noexcept;

/// True if the buyer knows: asking again would change nothing.
[[nodiscard]] bool is_final(told what) noexcept;

struct answer {
    told what = told::nothing;
    int status = 0;
    std::string reason{};  ///< the outcome's name, with `refused`, `wrong` and `sold_out` on /v1
    std::string reservation{};  ///< the id, with `sold`, and with `in_doubt` if it was given
    std::int64_t ticket = 0;
    ledger_ms pay_by = 0;     ///< with `sold`; 0: it was not given
    std::string replaces{};   ///< with `paid`: the reservation that had ended before
    std::int64_t refund = 0;  ///< with `refund_due`
};

/// Reads an answer to one purchase of one ticket of `sale`.
[[nodiscard]] answer read_answer(buying_call call, std::string_view sale, int status,
                                 std::string_view body);

/// Reads an answer to a payment for, or the cancellation of, a reservation of one ticket of `sale`.
[[nodiscard]] answer read_settlement(std::string_view sale, int status, std::string_view body);

}  // namespace onsale::app
