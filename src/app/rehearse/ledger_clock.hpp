#pragma once

#include "onsale/core/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace onsale::app {

/// What must be added to a reading of this machine's monotonic clock, in milliseconds, to have the
/// ledger's: it lies between the two. Taken from what the ledger said to a question that was sent
/// `before` and answered `after`.
class ledger_clock {
  public:
    ledger_clock() = default;
    ledger_clock(time_point before, ledger_ms said, time_point after)
        : least_{said - ceil(after)}, most_{said + 1 - floor(before)} {}

    /// Both readings hold: the clocks may have drifted in between.
    [[nodiscard]] ledger_clock and_later(const ledger_clock& other) const {
        ledger_clock both;
        both.least_ = std::min(least_, other.least_);
        both.most_ = std::max(most_, other.most_);
        return both;
    }

    /// The ledger's clock at `then` showed neither less nor more than these two.
    [[nodiscard]] ledger_ms earliest(time_point then) const { return floor(then) + least_; }
    [[nodiscard]] ledger_ms latest(time_point then) const { return ceil(then) + most_; }

  private:
    static std::int64_t floor(time_point at) {
        return std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
    }
    static std::int64_t ceil(time_point at) {
        return std::chrono::ceil<std::chrono::milliseconds>(at.time_since_epoch()).count();
    }

    std::int64_t least_ = 0;
    std::int64_t most_ = 0;
};

}  // namespace onsale::app
