#include "onsale/core/local_stock.hpp"

#include "onsale/core/assert.hpp"

#include <cmath>

namespace onsale {

std::int64_t share::of_total(std::int64_t total) const noexcept {
    ONSALE_ASSERT(total >= 0 && weight >= 0 && weights > 0);
    const double exact = static_cast<double>(total) * static_cast<double>(weight) * (1.0 + buffer) /
                         static_cast<double>(weights);
    // A hair below, so that 1000 × 1.1 is 1100 in binary too.
    return static_cast<std::int64_t>(std::ceil(exact - 1e-6));
}

std::int64_t share::of_remaining(std::int64_t remaining) const noexcept {
    ONSALE_ASSERT(remaining >= 0 && weights > 0);
    return (remaining * weight + weights - 1) / weights;
}

local_stock::local_stock(std::int64_t tokens) noexcept : tokens_{tokens} {
    ONSALE_ASSERT(tokens >= 0);
}

bool local_stock::try_take(std::int64_t quantity) noexcept {
    ONSALE_ASSERT(quantity > 0);
    auto tokens = tokens_.load();
    while (tokens >= quantity) {
        if (tokens_.compare_exchange_weak(tokens, tokens - quantity)) return true;
    }
    return false;
}

void local_stock::put(std::int64_t quantity) noexcept {
    ONSALE_ASSERT(quantity > 0);
    tokens_.fetch_add(quantity);
}

}  // namespace onsale
