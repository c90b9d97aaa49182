#include "ledger_picture.hpp"

#include <algorithm>
#include <utility>

namespace onsale::app {

namespace {

/// A scan may give an entry twice, before and after a change: the newer record counts.
bool before(const reservation& a, const reservation& b) {
    return a.digits != b.digits ? a.digits < b.digits : a.written > b.written;
}

/// Orders by `key` and leaves the first of those that share it.
template <class Entry, class Key>
void order(std::vector<Entry>& entries, Key key) {
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
    const auto same = [&](const Entry& a, const Entry& b) { return key(a) == key(b); };
    entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
}

}  // namespace

void ledger_picture::settle() {
    std::sort(reservations.begin(), reservations.end(), before);
    const auto same = [](const auto& a, const auto& b) { return a.digits == b.digits; };
    reservations.erase(std::unique(reservations.begin(), reservations.end(), same),
                       reservations.end());
    order(unreadable, [](const auto& entry) { return entry.first; });
    order(buyers, [](const auto& entry) { return entry.buyer; });
    order(due, [](const auto& entry) { return entry; });
    std::sort(free_numbers.begin(), free_numbers.end());
    order(refunds, [](const auto& one) { return std::pair{one.digits, one.payment}; });
}

const reservation* ledger_picture::find(std::string_view digits) const {
    const auto found = std::lower_bound(
        reservations.begin(), reservations.end(), digits,
        [](const reservation& one, std::string_view wanted) { return one.digits < wanted; });
    return found != reservations.end() && found->digits == digits ? &*found : nullptr;
}

}  // namespace onsale::app
