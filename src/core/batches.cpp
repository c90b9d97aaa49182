#include "onsale/core/batches.hpp"

#include "onsale/core/assert.hpp"

#include <algorithm>

namespace onsale {

void batches::make_ready(lane& one) {
    const bool ready = !one.in_flight_ && !one.waiting_.empty();
    if (ready && !one.is_linked()) ready_.push_back(one);
}

void batches::add(lane& to, purchase& one) {
    ONSALE_ASSERT(!one.is_linked());
    to.waiting_.push_back(one);
    make_ready(to);
}

batch* batches::next(time_point now) {
    const auto slot = std::find_if(in_flight_.begin(), in_flight_.end(),
                                   [](const batch& one) { return one.from == nullptr; });
    const auto rested = std::find_if(ready_.begin(), ready_.end(),
                                     [now](const lane& one) { return one.rests_until_ <= now; });
    if (slot == in_flight_.end() || rested == ready_.end()) return nullptr;
    auto& from = *rested;
    ready_.erase(rested);
    ONSALE_ASSERT(!from.in_flight_ && !from.waiting_.empty());
    std::uint32_t tickets = 0;
    while (!from.waiting_.empty() && slot->items.size() < limits::batch) {
        auto& one = from.waiting_.front();
        if (tickets + one.quantity > limits::batch_tickets) break;
        tickets += one.quantity;
        from.waiting_.pop_front();
        slot->items.push_back(one);
    }
    ONSALE_ASSERT(!slot->items.empty());
    slot->from = &from;
    from.in_flight_ = true;
    return &*slot;
}

void batches::finish(batch& one) {
    ONSALE_ASSERT(one.from != nullptr && one.from->in_flight_);
    ONSALE_ASSERT(one.items.empty());
    auto& from = *one.from;
    one.from = nullptr;
    from.in_flight_ = false;
    make_ready(from);
}

void batches::put_back(batch& one, time_point rested) {
    ONSALE_ASSERT(one.from != nullptr);
    one.from->rests_until_ = rested;
    put_back(*one.from, one.items);
    finish(one);
}

void batches::put_back(lane& to, purchase_queue& items) {
    to.waiting_.splice_after(to.waiting_.before_begin(), items);
    make_ready(to);
}

}  // namespace onsale
