#pragma once

#include "onsale/core/clock.hpp"
#include "onsale/core/text.hpp"
#include "onsale/core/word.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// A reservation as the ledger records it (L1, L17).

namespace onsale {

enum class reservation_state : std::uint8_t { held, paid, cancelled, expired, refunded };

[[nodiscard]] std::string_view name_of(reservation_state state) noexcept;
[[nodiscard]] std::optional<reservation_state> parse_reservation_state(
    std::string_view name) noexcept;

/// Tickets are the buyer's.
[[nodiscard]] inline bool is_live(reservation_state state) noexcept {
    return state == reservation_state::held || state == reservation_state::paid;
}

/// A record, taken apart in place: it views the text it was read from.
struct reservation {
    std::string_view digits;  ///< the id without the sale's name
    reservation_state state = reservation_state::held;
    std::int64_t quantity = 0;
    std::string_view tickets;  ///< numbers and ranges, e.g. `7,12-15`; empty once ended
    ledger_ms pay_by = 0;
    ledger_ms reserved = 0;
    ledger_ms settled = 0;        ///< when it was paid or ended; 0 while it is held
    ledger_version written;       ///< the version that wrote this record
    std::string_view payment;     ///< the payment that bought the tickets; empty: none
    std::int64_t refund_due = 0;  ///< what is owed to the payer now, in the smallest unit
    bool has_letter = false;      ///< an open dead letter: it has no order row (L27)
    std::string_view buyer;       ///< empty: nobody was named, the id is the buyer
};

/// `1|STATE|QUANTITY|TICKETS|PAY_BY_MS|RESERVED_MS|SETTLED_MS|EPOCH|VERSION|PAYMENT|REFUND_DUE|BUYER`,
/// the leading 1 being the format number. Nothing if it is not that.
[[nodiscard]] std::optional<reservation> parse_record(std::string_view digits,
                                                      std::string_view record) noexcept;

/// What `parse_record` reads.
void append_record(std::string& to, const reservation& one);

/// Calls `visit(first, last)` for each range of a ticket list; stops and is false where it is not
/// one.
template <class Visitor>
bool for_each_range(std::string_view tickets, Visitor visit) {
    while (!tickets.empty()) {
        auto range = cut(tickets, ',');
        const auto first = parse_integer(cut(range, '-'));
        const auto last = range.empty() ? first : parse_integer(range);
        if (!first || !last || *last < *first) return false;
        visit(*first, *last);
    }
    return true;
}

}  // namespace onsale
