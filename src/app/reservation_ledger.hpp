#pragma once

#include "steady_session.hpp"

#include "onsale/core/reservation.hpp"
#include "onsale/redis/word_line.hpp"

#include <cstdint>
#include <string>
#include <vector>

// What the operator asks of the ledger about reservations.

namespace onsale::app {

/// Money that a payment brought and that is to be sent back, or was (lua/settle.lua).
struct refund {
    std::string reservation;  ///< the whole id
    std::string payment;
    std::int64_t amount = 0;
    bool is_done = false;
    std::string reason;  ///< late, second, ended, refunded
    ledger_ms since = 0;
    ledger_ms done = 0;  ///< 0: not yet
};

/// A reservation and what is around it. `record` views `text`.
struct whole_reservation {
    std::string sale;
    std::string digits;
    std::string text;
    bool has_letter = false;
    word says;
    std::vector<refund> refunds;

    [[nodiscard]] reservation record() const;
};

/// A reservation that is not there is a failure, too: it is the operator who named it.
[[nodiscard]] or_failure<whole_reservation> read_reservation(steady_session& ledger,
                                                             const std::string& id);

/// `what` and its verdict as in lua/settle.lua: cancel, refund, refund_done.
[[nodiscard]] or_failure<std::string> settle_reservation(steady_session& ledger,
                                                         const std::string& id,
                                                         const std::string& what,
                                                         const std::string& payment = {});

/// Notes that all was sent back that is owed for it now, payment by payment: one that comes
/// meanwhile stays owed.
[[nodiscard]] or_failure<std::string> settle_refunds(steady_session& ledger, const std::string& id);

/// Of all sales: what is still to be sent back. A failure if one of them is frozen or lost: what it
/// says may be older than what was sent back.
[[nodiscard]] or_failure<std::vector<refund>> read_refunds_due(steady_session& ledger);

}  // namespace onsale::app
