#pragma once

#include "onsale/core/outcome.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/settlement.hpp"

#include <optional>
#include <string_view>

// What the ledger answers to a batch (L16): the sale's word, then a line for each of its purchases,
// which begins with the purchase's id. The functions here read what stands behind the id; nothing:
// no script says that. Records view the line.

namespace onsale::redis {

/// Whether Redis says by this error that the command did not run (L18).
[[nodiscard]] bool proves_not_run(std::string_view error) noexcept;

/// Whether `reserve` says so of a purchase that it neither sold nor refused: the count of its buyer
/// cannot be understood.
[[nodiscard]] bool says_nothing_taken(std::string_view line) noexcept;

struct reserved_line {
    outcome what = outcome::sold;
    std::optional<reservation> record;  ///< if it was sold, now or before
};
/// `RECORD` of a new reservation, `known RECORD`, or why there is none.
[[nodiscard]] std::optional<reserved_line> parse_reserved(std::string_view digits,
                                                          std::string_view line) noexcept;

struct looked_up_line {
    std::optional<reservation> record;  ///< if there is one
};
/// `RECORD`, `letter RECORD`, or `-`.
[[nodiscard]] std::optional<looked_up_line> parse_looked_up(std::string_view digits,
                                                            std::string_view line) noexcept;

struct settled_line {
    settle_result what = settle_result::unknown;
    std::optional<reservation> record;  ///< the successor's if it was bought again
};
/// `VERDICT`, `VERDICT RECORD` or `rebought SUCCESSOR RECORD`.
[[nodiscard]] std::optional<settled_line> parse_settled(std::string_view digits,
                                                        std::string_view successor,
                                                        std::string_view line) noexcept;

}  // namespace onsale::redis
