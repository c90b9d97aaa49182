#pragma once

#include "onsale/core/clock.hpp"

#include <cstddef>
#include <string>
#include <vector>

// How far behind the ledger the orders are, by the ledger's clock.

namespace onsale::orders {

/// One thread.
class lag_meter {
  public:
    /// The ledger said that it was `now`, just now.
    void hear(ledger_ms now) {
        said_ = now;
        heard_ = monotonic::now();
    }

    /// What the ledger's clock shows: what it last said, and the time since on our monotonic one.
    [[nodiscard]] ledger_ms now() const;

    /// Since `written`; 0 if that is 0.
    [[nodiscard]] ledger_ms since(ledger_ms written) const;

    void count_commit(std::size_t orders, ledger_ms lag);

    /// What was committed since the last report, for people; empty if nothing was.
    [[nodiscard]] std::string report();

  private:
    struct commit {
        ledger_ms lag;
        std::size_t orders;
    };

    ledger_ms said_ = 0;
    time_point heard_ = monotonic::now();
    time_point reported_ = monotonic::now();
    std::vector<commit> commits_;
};

}  // namespace onsale::orders
