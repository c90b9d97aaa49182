#include "stock_history.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace onsale::app {

namespace {

/// When, and how many tickets fewer were left: below zero if they came back.
using change = std::pair<ledger_ms, std::int64_t>;

/// By time; in the same millisecond what was taken comes first.
std::vector<change> changes_of(const ledger_picture& picture) {
    std::vector<change> changes;
    changes.reserve(picture.reservations.size());
    for (const auto& one : picture.reservations) {
        changes.emplace_back(one.reserved, one.quantity);
        if (!is_live(one.state)) changes.emplace_back(one.settled, -one.quantity);
    }
    std::sort(changes.begin(), changes.end(), [](const change& a, const change& b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    return changes;
}

constexpr auto always = std::numeric_limits<ledger_ms>::max();

}  // namespace

stock_history::stock_history(const ledger_picture& picture) {
    auto left = picture.counters.total;
    if (left <= 0) nothing_left_.push_back({std::numeric_limits<ledger_ms>::min(), always});
    for (const auto& [at, taken] : changes_of(picture)) {
        const bool had = left > 0;
        left -= taken;
        if (had && left <= 0) nothing_left_.push_back({at, always});
        if (!had && left > 0) nothing_left_.back().until = at;
    }
}

bool stock_history::had_nothing(ledger_ms from, ledger_ms until) const {
    const auto later =
        std::upper_bound(nothing_left_.begin(), nothing_left_.end(), until,
                         [](ledger_ms time, const span& one) { return time < one.from; });
    return later != nothing_left_.begin() && std::prev(later)->until >= from;
}

}  // namespace onsale::app
