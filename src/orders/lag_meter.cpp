#include "lag_meter.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace onsale::orders {

ledger_ms lag_meter::now() const {
    if (said_ == 0) return 0;
    const auto since =
        std::chrono::duration_cast<std::chrono::milliseconds>(monotonic::now() - heard_);
    return said_ + since.count();
}

ledger_ms lag_meter::since(ledger_ms written) const {
    return written == 0 || said_ == 0 ? 0 : std::max<ledger_ms>(0, now() - written);
}

void lag_meter::count_commit(std::size_t orders, ledger_ms lag) {
    if (orders > 0) commits_.push_back({lag, orders});
}

std::string lag_meter::report() {
    const auto now = monotonic::now();
    const std::chrono::duration<double> time = now - reported_;
    reported_ = now;
    if (commits_.empty()) return {};
    std::sort(commits_.begin(), commits_.end(),
              [](const commit& a, const commit& b) { return a.lag < b.lag; });
    std::size_t all = 0;
    for (const auto& one : commits_)
        all += one.orders;
    std::size_t seen = 0;
    const auto slow = std::find_if(commits_.begin(), commits_.end(), [&](const commit& one) {
        seen += one.orders;
        return seen * 100 >= all * 99;
    });
    auto text = fmt::format("{} orders in {} commits, {:.0f} a second; 99 of 100 within {} ms", all,
                            commits_.size(), static_cast<double>(all) / time.count(), slow->lag);
    commits_.clear();
    return text;
}

}  // namespace onsale::orders
