#pragma once

#include "audit.hpp"

#include "onsale/core/limits.hpp"

#include <spdlog/fmt/fmt.h>

#include <string>

// What the checks of the law share.

namespace onsale::app {

/// What is found against one part of the law.
class findings {
  public:
    findings(audit_report& report, audit_law law)
        : report_{report}, law_{law}, result_{report.results[static_cast<std::size_t>(law)]} {}

    /// Counts one check; `describe` makes the sentence if it failed.
    template <class Describe>
    void expect(bool holds, Describe describe) {
        ++result_.checked;
        if (holds) return;
        if (result_.differences++ < limits::audit_differences) {
            report_.differences.push_back({law_, describe()});
        }
    }

    void cannot_compare() { result_.compared = false; }

  private:
    audit_report& report_;
    audit_law law_;
    law_result& result_;
};

inline std::string text_of(const ledger_version& at) {
    return fmt::format("{}-{}", at.epoch, at.version);
}

/// The part of the law that looks at the orders (P8); in audit_orders.cpp.
void check_orders(const ledger_picture& picture, const orders::order_snapshot& orders,
                  ledger_version ordered, audit_report& report);

}  // namespace onsale::app
