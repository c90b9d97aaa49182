#pragma once

#include "onsale/core/clock.hpp"
#include "onsale/core/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Times as an operator writes them.

namespace onsale::app {

/// `500ms`, `90s`, `15m`, `2h`: a whole number and its unit. Nothing if it is not that or too big.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// In the largest unit that loses nothing, as `parse_duration` reads it.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds time);

/// RFC 3339 with its zone, `2027-02-01T08:00:00+08:00`, fractions to the millisecond. A time
/// without a zone is refused: the operator's machine and the ledger may be on different sides of
/// the world.
[[nodiscard]] std::optional<ledger_ms> parse_rfc3339(const std::string& text);

/// When a sale opens: at a time, or so long after the ledger's now.
struct opening {
    bool relative = false;
    std::chrono::milliseconds time{};  ///< since 1970, or from now

    [[nodiscard]] ledger_ms at(ledger_ms now) const {
        return relative ? now + time.count() : time.count();
    }
};

/// `2027-02-01T08:00:00Z` or `+5s`.
[[nodiscard]] or_complaint<opening> parse_opening(const std::string& text);

}  // namespace onsale::app
