#pragma once

#include "onsale/core/error.hpp"
#include "onsale/core/ticket_set.hpp"
#include "onsale/orders/snapshot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a lost ledger becomes again, from the orders (L28). Knows neither Redis nor a database.

namespace onsale::app {

/// When a sale is rebuilt, and as what.
struct rebuild_moment {
    ledger_ms now = 0;  ///< by the ledger's clock
    std::int64_t epoch = 0;
};

/// What the nodes heard last from the ledger that was lost: every change that anybody was told of
/// is at or below `at`, every number that anybody was given is below `next`.
struct last_heard {
    ledger_version at;
    std::int64_t last = 0;
    std::int64_t next = 1;
    bool by_all = true;  ///< false: others may have heard more, and all but `last` says nothing
};

/// A sale as `lua/rebuild.lua` takes it.
struct rebuilt_sale {
    using entry = std::pair<std::string, std::string>;

    ledger_version from;          ///< the orders' position
    orders::ordered_terms terms;  ///< but `total`, `last` and `withheld`, which follow
    std::int64_t total = 0;
    std::int64_t last = 0;
    std::int64_t next = 1;
    std::int64_t sold = 0;
    std::int64_t paid = 0;
    std::int64_t owed = 0;  ///< payments that are to be sent back

    std::vector<entry> reservations;  ///< digits, record
    std::vector<entry> buyers;        ///< buyer, `LIVE:EVER`
    std::vector<entry> due;           ///< pay-by, digits
    std::vector<entry> refunds;       ///< digits, what is and was owed
    /// Held by their orders, past their pay-by, and perhaps paid or sold anew since: ended, their
    /// tickets withheld. Lines `DIGITS RECORD`, `limits::batch` of them in each text.
    std::vector<std::string> lapsed;
    std::int64_t lapsed_count = 0;
    std::int64_t doubtful = 0;          ///< still held, and perhaps paid or cancelled since
    std::int64_t unknown_versions = 0;  ///< changes of which no order tells; -1: nobody knows
    ticket_set free;                    ///< came back
    ticket_set withheld;                ///< may have been given to somebody of whom no order tells
    ticket_set vanished;                ///< left the sale, and no order says so
};

/// `heard`: nothing if that is not known, and but for `last` it is not believed if it is not by all
/// or below the orders; then every number that is not somebody's is withheld. A complaint if the
/// orders do not know the sale's terms, say that it was removed, or give a ticket to two.
[[nodiscard]] or_complaint<rebuilt_sale> rebuild_sale(const orders::order_snapshot& orders,
                                                      const std::optional<last_heard>& heard,
                                                      const rebuild_moment& at);

}  // namespace onsale::app
