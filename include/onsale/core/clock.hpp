#pragma once

#include <chrono>
#include <cstdint>
#include <string>

// Two clocks, never mixed. Nodes measure with the monotonic one; deadlines of holds are the
// ledger's
// (`TIME`, in the scripts) and are only shown here, never compared with a node's clock.

namespace onsale {

using monotonic = std::chrono::steady_clock;
using time_point = monotonic::time_point;

/// Milliseconds since 1970 by the ledger's clock.
using ledger_ms = std::int64_t;

/// Appends RFC 3339 UTC with milliseconds, e.g. `2027-02-01T08:00:00.000Z`.
void append_rfc3339(std::string& text, ledger_ms at);

[[nodiscard]] std::string to_rfc3339(ledger_ms at);

}  // namespace onsale
