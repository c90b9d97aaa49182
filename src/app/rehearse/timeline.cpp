#include "timeline.hpp"

#include "onsale/core/limits.hpp"

#include <algorithm>

namespace onsale::app {

void timeline::add(run_event what, std::chrono::microseconds at) {
    const auto since = std::max(at, std::chrono::microseconds{0});
    while (since / width_ >= limits::rehearsal_slices)
        halve();
    const auto place = static_cast<std::size_t>(since / width_);
    if (place >= slices_.size()) slices_.resize(place + 1);
    ++slices_[place][static_cast<std::size_t>(what)];
}

void timeline::halve() {
    for (std::size_t i = 0; i < slices_.size(); ++i) {
        const auto from = slices_[i];
        if (i % 2 == 0) slices_[i / 2] = {};
        for (std::size_t event = 0; event < run_events; ++event)
            slices_[i / 2][event] += from[event];
    }
    slices_.resize((slices_.size() + 1) / 2);
    width_ *= 2;
}

std::int64_t timeline::total(run_event what) const {
    std::int64_t sum = 0;
    for (const auto& one : slices_)
        sum += one[static_cast<std::size_t>(what)];
    return sum;
}

}  // namespace onsale::app
