#include "onsale/core/purchase.hpp"

#include "onsale/core/assert.hpp"

namespace onsale {

purchase* purchase_pool::take() {
    if (free_.empty()) {
        if (blocks_.size() * block >= limits::waiting) return nullptr;
        blocks_.push_back(std::make_unique<purchase[]>(block));
        for (std::size_t i = 0; i < block; ++i) {
            free_.push_front(blocks_.back()[i]);
        }
    }
    auto& one = free_.front();
    free_.pop_front();
    ++in_use_;
    one.may_have_run = false;
    return &one;
}

void purchase_pool::give_back(purchase& one) noexcept {
    ONSALE_ASSERT(in_use_ > 0);
    ONSALE_ASSERT(!one.is_linked());
    --in_use_;
    free_.push_front(one);
}

}  // namespace onsale
