#pragma once

#include "audit.hpp"
#include "commands.hpp"
#include "ledger_picture.hpp"
#include "steady_session.hpp"

#include "onsale/orders/snapshot.hpp"

#include <optional>
#include <string>

// Reads a sale off the ledger in pieces that never hold Redis up.

namespace onsale::app {

/// Counters, then every entry, then the counters again. Exact if the version is the same, and every
/// entry came: a restart of Redis in the middle leaves a scan with holes. A sale that is not there
/// is an empty picture. Tells its progress on standard error when it takes long.
[[nodiscard]] or_failure<ledger_picture> read_picture(steady_session& ledger,
                                                      const std::string& sale);

/// The same, again and again, until it is exact; a sale that does not stand still gives what it is
/// after some attempts.
[[nodiscard]] or_failure<ledger_picture> read_still_picture(steady_session& ledger,
                                                            const std::string& sale);

/// What an audit holds the ledger against, or why it cannot.
struct orders_evidence {
    std::optional<orders::order_snapshot> orders;
    ledger_version
        ordered;       ///< where the ledger had been told that they are, before they were read
    std::string note;  ///< why there are none
};

/// Reads the orders of a sale. That there are none is no failure, as long as the ledger was never
/// told of any.
[[nodiscard]] or_failure<orders_evidence> read_orders(steady_session& ledger,
                                                      const ledger_options& options,
                                                      const std::string& sale);

/// Checks the law. On a moving sale only differences that every reading shows are reported. A sale
/// that is neither in the ledger nor in the orders is a failure.
[[nodiscard]] or_failure<audit_report> audit_sale(steady_session& ledger, const std::string& sale,
                                                  const orders_evidence& beside);

}  // namespace onsale::app
