#include "audit_view.hpp"

#include "onsale/core/limits.hpp"

#include <boost/json/array.hpp>
#include <spdlog/fmt/fmt.h>

namespace onsale::app {

namespace {

std::string count_text(std::int64_t differences) {
    return fmt::format("{} difference{}", differences, differences == 1 ? "" : "s");
}

std::string law_line(audit_law law, const law_result& result, const std::string& no_orders) {
    if (!result.compared) {
        const bool is_of_orders = law >= audit_law::position;
        return fmt::format("  --    {} (not compared: {})\n", sentence_of(law),
                           is_of_orders ? no_orders : "the sale moves");
    }
    if (result.differences == 0) return fmt::format("  ok    {}\n", sentence_of(law));
    return fmt::format("  WRONG {}: {}\n", sentence_of(law), count_text(result.differences));
}

std::string orders_line(const audit_report& report) {
    if (!report.orders) return {};
    const auto& orders = *report.orders;
    return fmt::format("  orders {} rows, at {}-{}, {} versions behind; {} dead letters\n",
                       orders.rows, orders.position.epoch, orders.position.version, orders.behind,
                       orders.letters);
}

boost::json::value orders_value(const audit_report& report) {
    if (!report.orders) return nullptr;
    const auto& orders = *report.orders;
    return boost::json::object{{"epoch", orders.position.epoch},
                               {"version", orders.position.version},
                               {"behind", orders.behind},
                               {"lag_ms", orders.lag_ms},
                               {"rows", orders.rows},
                               {"dead_letters", orders.letters}};
}

std::string verdict_line(const audit_report& report) {
    const auto count = report.difference_count();
    const auto* how = report.exact ? "exact" : "live: read while the sale moved";
    if (count == 0) return fmt::format("The law holds ({}).\n", how);
    return fmt::format("The law does not hold: {} ({}).\n", count_text(count), how);
}

}  // namespace

boost::json::object audit_object(const std::string& sale, const audit_report& report) {
    const auto& c = report.counters;
    boost::json::array checks;
    for (std::size_t i = 0; i < audit_laws; ++i) {
        const auto law = static_cast<audit_law>(i);
        const auto& result = report.of(law);
        checks.push_back({{"law", name_of(law)},
                          {"compared", result.compared},
                          {"checked", result.checked},
                          {"differences", result.differences}});
    }
    boost::json::array differences;
    for (const auto& one : report.differences) {
        differences.push_back({{"law", name_of(one.law)}, {"sentence", one.sentence}});
    }
    return {{"sale", sale},
            {"verdict", report.exact ? "exact" : "live"},
            {"holds", report.holds()},
            {"state", name_of(c.state)},
            {"epoch", c.at.epoch},
            {"version", c.at.version},
            {"total", c.total},
            {"remaining", c.remaining()},
            {"held", c.held()},
            {"paid", c.paid},
            {"last", c.last},
            {"reservations", report.reservations},
            {"refunds_due", report.refunds_due},
            {"refunds_due_sum", report.refunds_due_sum},
            {"orders", orders_value(report)},
            {"checks", std::move(checks)},
            {"difference_count", report.difference_count()},
            {"differences", std::move(differences)}};
}

std::string audit_text(const std::string& sale, const audit_report& report,
                       const std::string& no_orders) {
    const auto& c = report.counters;
    auto text = fmt::format(
        "{}: {}, epoch {}, version {}; {} reservations\n"
        "  total {} = remaining {} + held {} + paid {}; {} refunds due ({})\n",
        sale, name_of(c.state), c.at.epoch, c.at.version, report.reservations, c.total,
        c.remaining(), c.held(), c.paid, report.refunds_due, report.refunds_due_sum);
    text += orders_line(report);
    for (std::size_t i = 0; i < audit_laws; ++i) {
        const auto law = static_cast<audit_law>(i);
        text += law_line(law, report.of(law), no_orders);
    }
    for (const auto& one : report.differences) {
        text += fmt::format("  {}: {}\n", name_of(one.law), one.sentence);
    }
    const auto shown = static_cast<std::int64_t>(report.differences.size());
    if (shown < report.difference_count()) {
        text += fmt::format("  and {} more\n", report.difference_count() - shown);
    }
    return text + verdict_line(report);
}

}  // namespace onsale::app
