#pragma once

#include "../ledger_picture.hpp"

#include "onsale/core/clock.hpp"

#include <vector>

// How many tickets were taken at each moment, told from the reservations that the ledger keeps.

namespace onsale::app {

/// When a sale had nothing left, by the ledger's clock, if its total was the same all the time.
/// What came and went in one millisecond may have come in any order: it is taken for gone.
class stock_history {
  public:
    explicit stock_history(const ledger_picture& picture);

    /// At some moment from `from` to `until` nothing was left.
    [[nodiscard]] bool had_nothing(ledger_ms from, ledger_ms until) const;

  private:
    struct span {
        ledger_ms from;
        ledger_ms until;  ///< the millisecond in which something came back
    };

    std::vector<span> nothing_left_;  ///< by time
};

}  // namespace onsale::app
