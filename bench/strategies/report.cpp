#include "report.hpp"

#include <boost/json/array.hpp>
#include <spdlog/fmt/fmt.h>

namespace onsale::bench {

namespace {

/// What it did to buyers and to the one who sells.
std::string sentence(const rush_result& one) {
    auto text = fmt::format("{} answered {:.0f} orders a second", one.name, one.orders_per_second);
    const auto add = [&](std::int64_t count, const char* what) {
        if (count > 0) text += fmt::format("; {} {}", count, what);
    };
    add(one.oversold, "tickets were sold twice");
    add(one.undersold, "tickets are kept by orders that nobody pays");
    add(one.charged_without_ticket, "buyers were charged and have no ticket");
    if (one.oversold + one.undersold + one.charged_without_ticket == 0) {
        text += "; every ticket is paid, and nobody was charged for none";
        add(one.refunds_due, "who paid when their time was over are owed it, by the books");
    }
    return text + ".\n";
}

}  // namespace

boost::json::object report_object(const rush_plan& plan, const std::string& database,
                                  const std::vector<rush_result>& all) {
    boost::json::array strategies;
    for (const auto& one : all) {
        strategies.push_back({{"name", one.name},
                              {"orders", one.orders},
                              {"orders_per_second", one.orders_per_second},
                              {"p50_ms", one.p50_ms},
                              {"p99_ms", one.p99_ms},
                              {"paid", one.paid},
                              {"oversold", one.oversold},
                              {"undersold", one.undersold},
                              {"charged_without_ticket", one.charged_without_ticket},
                              {"refunds_due", one.refunds_due}});
    }
    return {{"database", database},    {"tickets", plan.tickets},
            {"buyers", plan.buyers},   {"threads", plan.threads},
            {"abandon", plan.abandon}, {"late", plan.late},
            {"seed", plan.seed},       {"strategies", std::move(strategies)}};
}

std::string report_text(const rush_plan& plan, const std::string& database,
                        const std::vector<rush_result>& all) {
    auto text = fmt::format(
        "{} tickets, {} buyers on {} threads; {:.0f} % never pay, {:.0f} % pay late; {}\n\n",
        plan.tickets, plan.buyers, plan.threads, plan.abandon * 100, plan.late * 100, database);
    text += fmt::format("{:18} {:>8} {:>9} {:>9} {:>9} {:>7} {:>9} {:>10} {:>13} {:>11}\n",
                        "strategy", "orders", "orders/s", "p50 ms", "p99 ms", "paid", "oversold",
                        "undersold", "charged, none", "refunds due");
    for (const auto& one : all) {
        text += fmt::format(
            "{:18} {:>8} {:>9.0f} {:>9.1f} {:>9.1f} {:>7} {:>9} {:>10} {:>13} {:>11}\n", one.name,
            one.orders, one.orders_per_second, one.p50_ms, one.p99_ms, one.paid, one.oversold,
            one.undersold, one.charged_without_ticket, one.refunds_due);
    }
    text += '\n';
    for (const auto& one : all)
        text += sentence(one);
    return text;
}

}  // namespace onsale::bench
