#pragma once

#include "audit.hpp"
#include "ledger_picture.hpp"
#include "steady_session.hpp"

#include <string>

// Reads a sale off the ledger in pieces that never hold Redis up.

namespace onsale::app {

/// Counters, then every entry, then the counters again. Exact if the version is the same, and every
/// entry came: a restart of Redis in the middle leaves a scan with holes. A sale that is not there
/// is a failure. Tells its progress on standard error when it takes long.
[[nodiscard]] or_failure<ledger_picture> read_picture(steady_session& ledger,
                                                      const std::string& sale);

/// The same, again and again, until it is exact; a sale that does not stand still gives what it is
/// after some attempts.
[[nodiscard]] or_failure<ledger_picture> read_still_picture(steady_session& ledger,
                                                            const std::string& sale);

/// Checks the law. On a moving sale only differences that every reading shows are reported.
[[nodiscard]] or_failure<audit_report> audit_sale(steady_session& ledger, const std::string& sale);

}  // namespace onsale::app
