#pragma once

#include "onsale/core/reservation.hpp"
#include "onsale/core/text_store.hpp"
#include "onsale/core/word.hpp"
#include "onsale/orders/snapshot.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

// All that the ledger holds of one sale, as the audit and the rehearsal look at it.

namespace onsale::app {

/// What the ledger counts, read in one atomic step.
struct law_counters {
    ledger_version at;
    sale_state state = sale_state::missing;
    std::int64_t total = 0;
    std::int64_t sold = 0;
    std::int64_t paid = 0;
    std::int64_t last = 0;
    std::int64_t next = 1;
    ledger_version journal;         ///< the journal's last id; 0-0: there is no journal
    std::int64_t free_numbers = 0;  ///< entries, here and below
    std::int64_t reservations = 0;
    std::int64_t buyers = 0;
    std::int64_t due = 0;      ///< of one or more reservations each
    std::int64_t refunds = 0;  ///< reservations for which anything is or was owed

    [[nodiscard]] std::int64_t remaining() const noexcept { return total - sold; }
    [[nodiscard]] std::int64_t held() const noexcept { return sold - paid; }
    [[nodiscard]] std::int64_t never_issued() const noexcept { return last - next + 1; }
};

/// What the ledger counts for a buyer.
struct buyer_count {
    std::string_view buyer;
    std::int64_t live = 0;  ///< tickets; -1: the entry cannot be read
    std::int64_t ever = 0;  ///< reservations
};

/// A reservation that is looked at when its pay-by is over.
struct due_entry {
    std::string_view digits;
    ledger_ms pay_by = 0;

    auto operator<=>(const due_entry&) const = default;
};

/// Views `texts`. Every list is ordered by its first member and has each entry once; the counters
/// were read last.
struct ledger_picture {
    bool exact = false;  ///< nothing changed between the first and the last read
    law_counters counters;
    text_store texts;
    std::vector<reservation> reservations;
    std::vector<std::pair<std::string_view, std::string_view>> unreadable;  ///< id, record
    std::vector<buyer_count> buyers;
    std::vector<due_entry> due;
    std::vector<orders::ordered_refund> refunds;  ///< by reservation and payment
    std::vector<std::int64_t> free_numbers;  ///< as the ledger lists them, sorted; doubles kept

    /// Orders the lists and drops what a scan gave twice.
    void settle();

    /// nullptr: no such id.
    [[nodiscard]] const reservation* find(std::string_view digits) const;
};

}  // namespace onsale::app
