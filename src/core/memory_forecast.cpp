#include "onsale/core/memory_forecast.hpp"

#include "onsale/core/assert.hpp"

#include <limits>

namespace onsale {

void memory_forecast::hear(ledger_memory seen, time_point at) {
    ONSALE_ASSERT(seen.used >= 0 && seen.limit >= 0);
    ONSALE_ASSERT(looks_.empty() || at >= looks_.back().at);
    looks_.push_back({seen.used, at});
    limit_ = seen.limit;
}

memory_forecast::seconds memory_forecast::time_left() const noexcept {
    constexpr seconds for_ever{std::numeric_limits<double>::infinity()};
    if (looks_.empty() || limit_ == 0) return for_ever;
    const auto& first = looks_.front();
    const auto& last = looks_.back();
    const auto left = limit_ - last.used;
    if (left <= 0) return seconds{0};
    const auto grown = last.used - first.used;
    const seconds time = last.at - first.at;
    if (grown <= 0 || time < limits::memory_growth_after) return for_ever;
    return time * (static_cast<double>(left) / static_cast<double>(grown));
}

}  // namespace onsale
