#include "onsale/core/sale_book.hpp"

#include "onsale/core/assert.hpp"

#include <algorithm>

namespace onsale {

void sale_book::add(const sale_facts& facts, const word& first) {
    const std::lock_guard lock{mutex_};
    const bool known = std::any_of(sales_.begin(), sales_.end(), [&](const auto& one) {
        return one->id() == std::string_view{facts.id.data(), facts.id.size()};
    });
    if (known) return;
    const auto tokens = fixed_stock_ > 0 ? fixed_stock_ : share_.of_total(first.total);
    sales_.push_back(std::make_unique<sale>(facts, first, tokens));
    size_.store(sales_.size());
}

std::vector<sale*> sale_book::from(std::size_t first) const {
    const std::lock_guard lock{mutex_};
    ONSALE_ASSERT(first <= sales_.size());
    std::vector<sale*> result;
    for (std::size_t i = first; i < sales_.size(); ++i) {
        result.push_back(sales_[i].get());
    }
    return result;
}

bool sale_book::knows_all(time_point now) const noexcept {
    const auto heard = heard_.load();
    return heard != 0 && now - time_point{time_point::duration{heard}} < 3 * limits::discover_every;
}

bool sale_book::claim_discovery(time_point now) noexcept {
    auto last = discovery_.load();
    const auto due = time_point{time_point::duration{last}} + limits::discover_every;
    return now >= due && discovery_.compare_exchange_strong(last, now.time_since_epoch().count());
}

bool sale_book::claim_complaint(std::string_view id) {
    const std::lock_guard lock{mutex_};
    has_unreadable_ = true;
    return unreadable_.emplace(id).second;
}

bool sale_book::is_unreadable(std::string_view id) const {
    if (!has_unreadable_) return false;
    const std::lock_guard lock{mutex_};
    return unreadable_.contains(id);
}

void sale_book::could_read(std::string_view id) {
    if (!has_unreadable_) return;
    const std::lock_guard lock{mutex_};
    if (const auto known = unreadable_.find(id); known != unreadable_.end())
        unreadable_.erase(known);
    has_unreadable_ = !unreadable_.empty();
}

}  // namespace onsale
