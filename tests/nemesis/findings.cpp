#include "nemesis/findings.hpp"

#include <numeric>
#include <utility>

namespace onsale::nemesis {

namespace {

constexpr std::array<std::string_view, checks> names{
    "acknowledged", "once",  "answer",    "refused", "sold_out",   "door",       "tickets",
    "stock",        "limit", "ends_once", "pay_by",  "journal",    "ledger",     "orders",
    "audit",        "money", "sellable",  "in_time", "comes_back", "durability", "lost_ledger",
    "word",         "quota", "lean",      "crashed"};

}  // namespace

std::string_view name_of(check one) noexcept {
    return names[static_cast<std::size_t>(one)];
}

void findings::add(check what, std::string sentence) {
    if (++found_[place(what)] > most_kept) return;
    kept_.push_back(std::string{name_of(what)} + ": " + std::move(sentence));
}

void findings::add_all(const findings& others) {
    for (std::size_t i = 0; i < checks; ++i) {
        found_[i] += others.found_[i];
        looked_at_[i] += others.looked_at_[i];
    }
    kept_.insert(kept_.end(), others.kept_.begin(), others.kept_.end());
}

std::int64_t findings::total() const {
    return std::accumulate(found_.begin(), found_.end(), std::int64_t{0});
}

}  // namespace onsale::nemesis
