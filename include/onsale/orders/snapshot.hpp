#pragma once

#include "onsale/core/error.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/text_store.hpp"
#include "onsale/core/word.hpp"
#include "onsale/orders/address.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What the order database holds of one sale, for those who compare it or build on it.

namespace onsale::orders {

/// What a sale was opened with and has become, as far as its journal was followed.
struct ordered_terms {
    ledger_version at;  ///< of the last change of these
    sale_state state = sale_state::unknown;
    std::int64_t total = 0;
    std::int64_t last = 0;
    std::string withdrawn;  ///< ticket numbers that left the sale
    std::string withheld;   ///< those that a rebuild keeps out of it
    bool has_gap = false;   ///< there may be others of both
    std::int64_t hold_ms = 0;
    std::int64_t limit = 0;
    std::int64_t price = 0;
    ledger_ms opens = 0;
    std::string salt;
};

/// A row of `refunds`, or an entry of what the ledger owes.
struct ordered_refund {
    std::string_view digits;  ///< of the reservation
    std::string_view payment;
    std::int64_t amount = 0;
    std::string_view state;
    std::string_view reason;
    ledger_ms since = 0;
    ledger_ms done = 0;
};

/// All rows of one sale at one instant. Views `texts`; rows are ordered by digits (and payment).
struct order_snapshot {
    bool is_followed = false;  ///< an order writer has begun with the sale
    ledger_version position;   ///< up to here everything is in here
    std::string fingerprint;   ///< of the journal's entry there
    std::int64_t claimed = 0;  ///< the highest epoch that a rebuild has taken
    std::int64_t behind = 0;   ///< versions the ledger was ahead, at the last commit
    std::int64_t lag_ms = 0;   ///< from the oldest record of the last commit to its row

    std::optional<ordered_terms> terms;
    text_store texts;
    /// `tickets` of an ended reservation are those that it had.
    std::vector<reservation> orders;
    std::vector<ordered_refund> refunds;
    /// Reservations with an open dead letter, as far as it can be read; not among `orders`, where
    /// at most an older state of them is (L27).
    std::vector<reservation> lettered;
    std::vector<ordered_refund> lettered_refunds;
    std::int64_t letters = 0;  ///< open dead letters
    /// What wrote those of them that say nothing that can be read, in order.
    std::vector<ledger_version> unreadable;
};

/// Nothing is made or changed in the database. Blocks for as long as it reads: a million rows are
/// some seconds.
[[nodiscard]] or_complaint<order_snapshot> read_snapshot(const database_address& where,
                                                         const std::string& sale);

/// Whether the order database knows a sale by that name. A file of SQLite's that is not there
/// knows none; a database that cannot be reached is a complaint.
[[nodiscard]] or_complaint<bool> is_known_sale(const database_address& where,
                                               const std::string& sale);

/// Takes `epoch` for a rebuild from what was `read`, if nothing has come since (L28); from then on
/// an order writer that had read on before the ledger was lost cannot commit any more, until it
/// begins anew. Nothing else changes: if nothing comes of the rebuild, nothing was done. False:
/// there is more to read.
[[nodiscard]] or_complaint<bool> claim_epoch(const database_address& where, const std::string& sale,
                                             const order_snapshot& read, std::int64_t epoch);

}  // namespace onsale::orders
