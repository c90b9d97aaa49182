#include "onsale/core/ticket_set.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/reservation.hpp"

#include <algorithm>
#include <utility>

namespace onsale {

ticket_set::ticket_set(std::int64_t first, std::int64_t last)
    : ticket_set{std::vector<range>{{first, last}}} {}

ticket_set::ticket_set(std::vector<range> ranges) {
    std::sort(ranges.begin(), ranges.end(),
              [](const range& a, const range& b) { return a.first < b.first; });
    for (const auto& one : ranges) {
        if (one.last < one.first) continue;
        ONSALE_ASSERT(one.first >= 1);
        if (ranges_.empty() || ranges_.back().last + 1 < one.first) {
            ranges_.push_back(one);
        } else {
            ranges_.back().last = std::max(ranges_.back().last, one.last);
        }
    }
}

std::optional<ticket_set> ticket_set::parse(std::string_view list) {
    std::vector<range> ranges;
    const bool good = for_each_range(list, [&](std::int64_t first, std::int64_t last) {
        ranges.push_back({first, last});
    });
    const bool positive =
        std::all_of(ranges.begin(), ranges.end(), [](const range& one) { return one.first >= 1; });
    if (!good || !positive) return std::nullopt;
    return ticket_set{std::move(ranges)};
}

std::int64_t ticket_set::size() const noexcept {
    std::int64_t count = 0;
    for (const auto& one : ranges_)
        count += one.last - one.first + 1;
    return count;
}

std::int64_t ticket_set::highest() const noexcept {
    return ranges_.empty() ? 0 : ranges_.back().last;
}

std::string ticket_set::list() const {
    std::string text;
    for (const auto& [first, last] : ranges_) {
        if (!text.empty()) text += ',';
        append_number(text, first);
        if (last == first) continue;
        text += '-';
        append_number(text, last);
    }
    return text;
}

ticket_set ticket_set::with(const ticket_set& others) const {
    auto ranges = ranges_;
    ranges.insert(ranges.end(), others.ranges_.begin(), others.ranges_.end());
    return ticket_set{std::move(ranges)};
}

ticket_set ticket_set::without(const ticket_set& others) const {
    ticket_set left;
    auto other = others.ranges_.begin();
    for (const auto& [first, last] : ranges_) {
        auto from = first;
        while (other != others.ranges_.end() && other->last < from)
            ++other;
        // The last of those that overlap may reach into our next range: it is not passed.
        for (auto at = other; at != others.ranges_.end() && at->first <= last; ++at) {
            if (from < at->first) left.ranges_.push_back({from, at->first - 1});
            from = at->last + 1;
        }
        if (from <= last) left.ranges_.push_back({from, last});
    }
    return left;
}

ticket_set ticket_set::lowest(std::int64_t count) const {
    ticket_set some;
    for (const auto& [first, last] : ranges_) {
        if (count <= 0) break;
        some.ranges_.push_back({first, std::min(last, first + count - 1)});
        count -= last - first + 1;
    }
    return some;
}

}  // namespace onsale
