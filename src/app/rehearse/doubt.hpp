#pragma once

#include "../ledger_picture.hpp"
#include "tally.hpp"

#include <cstdint>
#include <string>

// One winner's story, held against the ledger.

namespace onsale::app {

/// The record of a reservation by its whole id; nullptr: the ledger has none.
[[nodiscard]] const reservation* find_record(const ledger_picture& picture,
                                             const std::string& reservation_id);

/// Why the ledger does not bear `buyer`, who has won, out; empty: it does.
[[nodiscard]] std::string doubt_about(const rehearsal_plan& plan, std::int64_t buyer,
                                      const winner_story& winner, const ledger_picture& picture);

}  // namespace onsale::app
