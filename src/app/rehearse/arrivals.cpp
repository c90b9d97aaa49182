#include "arrivals.hpp"

#include <algorithm>
#include <chrono>

namespace onsale::app {

time_point arrivals::due(std::int64_t buyer) const {
    if (rate_ <= 0) return start_;
    const std::chrono::duration<double> after{static_cast<double>(buyer) / rate_};
    return start_ + std::chrono::duration_cast<monotonic::duration>(after);
}

std::optional<arrival> arrivals::next(time_point now) {
    if (next_ == buyers_ || due(next_) > now) return std::nullopt;
    const auto buyer = next_++;
    return arrival{buyer, rate_ > 0 ? due(buyer) : now};
}

std::optional<time_point> arrivals::next_due() const {
    if (next_ == buyers_) return std::nullopt;
    return due(next_);
}

std::int64_t arrivals::waiting(time_point now) const {
    const auto left = buyers_ - next_;
    if (rate_ <= 0 || left == 0 || due(next_) > now) return rate_ <= 0 ? left : 0;
    const std::chrono::duration<double> since = now - due(next_);
    return std::min(left, static_cast<std::int64_t>(since.count() * rate_) + 1);
}

}  // namespace onsale::app
