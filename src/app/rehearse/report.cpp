#include "report.hpp"

#include "../audit_view.hpp"

#include <boost/json/array.hpp>
#include <spdlog/fmt/fmt.h>

#include <array>

namespace onsale::app {

namespace {

double rate(const rehearsal_report& report) {
    return static_cast<double>(report.answers.requests()) / std::max(report.took.count(), 1e-6);
}

double milliseconds(std::uint32_t us) {
    return us / 1e3;
}

boost::json::object told_object(const tally& answers) {
    boost::json::object reasons;
    for (const auto& [reason, count] : answers.reasons())
        reasons[reason] = count;
    return {
        {"sold", answers.buyers(told::sold)},         {"sold_out", answers.buyers(told::sold_out)},
        {"refused", answers.buyers(told::refused)},   {"wrong", answers.buyers(told::wrong)},
        {"nonsense", answers.buyers(told::nonsense)}, {"reasons", std::move(reasons)}};
}

boost::json::object retries_object(const tally& answers) {
    boost::json::object troubles;
    for (const auto& [trouble, count] : answers.troubles())
        troubles[trouble] = count;
    return {{"no_answer", answers.attempts(told::nothing)},
            {"busy", answers.attempts(told::busy)},
            {"in_doubt", answers.attempts(told::in_doubt)},
            {"troubles", std::move(troubles)}};
}

boost::json::object latency_object(const percentiles& latency) {
    return {{"p50", milliseconds(latency.p50)},
            {"p90", milliseconds(latency.p90)},
            {"p99", milliseconds(latency.p99)},
            {"p99.9", milliseconds(latency.p999)},
            {"max", milliseconds(latency.most)}};
}

boost::json::array findings_array(const rehearsal_verdict& verdict) {
    boost::json::array findings;
    for (const auto& one : verdict.findings) {
        boost::json::array examples(one.examples.begin(), one.examples.end());
        findings.push_back(
            {{"what", one.what}, {"count", one.count}, {"examples", std::move(examples)}});
    }
    return findings;
}

boost::json::object sold_out_object(const rehearsal_verdict& verdict) {
    boost::json::object object{{"compared", verdict.compared}, {"not_compared", nullptr}};
    if (!verdict.not_compared.empty()) object["not_compared"] = verdict.not_compared;
    return object;
}

std::string told_text(const tally& answers) {
    auto text = fmt::format("  told       {} sold, {} sold out", answers.buyers(told::sold),
                            answers.buyers(told::sold_out));
    for (const auto& [reason, count] : answers.reasons())
        text += fmt::format(", {} {}", count, reason);
    return text + '\n';
}

constexpr std::array settled_kinds{told::paid,    told::refund_due, told::cancelled,
                                   told::refused, told::wrong,      told::nonsense};

boost::json::object settled_object(const tally& answers) {
    boost::json::object settled;
    for (const auto kind : settled_kinds)
        settled[name_of(kind)] = answers.settled(kind);
    return settled;
}

/// Nothing, if nobody settled anything.
std::string settled_text(const tally& answers) {
    std::string text;
    for (const auto kind : settled_kinds) {
        const auto count = answers.settled(kind);
        if (count > 0)
            text += fmt::format("{} {} {}", text.empty() ? "" : ",", count, name_of(kind));
    }
    return text.empty() ? "" : "  settled   " + text + '\n';
}

std::string retries_text(const tally& answers) {
    auto text = fmt::format("  again      {} busy, {} in doubt", answers.attempts(told::busy),
                            answers.attempts(told::in_doubt));
    for (const auto& [trouble, count] : answers.troubles()) {
        text += fmt::format(", {} {}", count, trouble);
    }
    return text + '\n';
}

std::string crowd_text(const rehearsal_report& report) {
    const auto& plan = report.plan;
    auto text = fmt::format("{}: {} buyers over {} connections{}", plan.sale, plan.buyers,
                            plan.connections, plan.one_shot ? ", a new one for each request" : "");
    if (plan.sources > 1) text += fmt::format(", from {} addresses", plan.sources);
    if (plan.rate > 0) text += fmt::format(", {} a second", plan.rate);
    return text + fmt::format("; {} requests in {:.2f} s, {:.0f}/s (run {})\n",
                              report.answers.requests(), report.took.count(), rate(report),
                              plan.run);
}

std::string latency_text(const rehearsal_report& report) {
    const auto& latency = report.latency;
    auto text =
        fmt::format("  latency    p50 {:.2f} ms, p90 {:.2f}, p99 {:.2f}, p99.9 {:.2f}, max {:.2f}",
                    milliseconds(latency.p50), milliseconds(latency.p90), milliseconds(latency.p99),
                    milliseconds(latency.p999), milliseconds(latency.most));
    if (report.plan.rate > 0) {
        text += fmt::format("; up to {} waited for a connection", report.most_waiting);
    }
    return text + '\n';
}

/// Nothing, if nobody was told so, or the ledger was not asked.
std::string sold_out_text(const rehearsal_verdict& verdict) {
    if (!verdict.not_compared.empty()) {
        return fmt::format("  sold out   not compared with the ledger: {}\n", verdict.not_compared);
    }
    if (verdict.compared == 0) return {};
    return fmt::format("  sold out   {} answers compared with what the ledger had\n",
                       verdict.compared);
}

std::string ledger_text(const ledger_evidence* ledger) {
    if (ledger == nullptr) return "  ledger     not asked\n";
    const auto& c = ledger->audit.counters;
    return fmt::format("  ledger     {} of {} left, {} held, {} paid; the law {} ({})\n",
                       c.remaining(), c.total, c.held(), c.paid,
                       ledger->audit.holds() ? "holds" : "does not hold",
                       ledger->audit.exact ? "exact" : "live");
}

std::string findings_text(const rehearsal_verdict& verdict) {
    if (verdict.is_clean()) return "Clean.\n";
    std::string text;
    for (const auto& one : verdict.findings) {
        text += "  WRONG      " + one.what + '\n';
        for (const auto& example : one.examples)
            text += "               " + example + '\n';
        if (one.count > static_cast<std::int64_t>(one.examples.size()) && !one.examples.empty()) {
            text += "               …\n";
        }
    }
    return text + "Not clean.\n";
}

}  // namespace

boost::json::object rehearsal_object(const rehearsal_report& report) {
    const auto& [plan, answers, ledger, verdict, latency, took, most_waiting] = report;
    boost::json::object object{{"sale", plan.sale},
                               {"run", plan.run},
                               {"buyers", plan.buyers},
                               {"connections", plan.connections},
                               {"one_shot", plan.one_shot},
                               {"sources", plan.sources},
                               {"rate", plan.rate},
                               {"most_waiting", most_waiting},
                               {"seconds", took.count()},
                               {"requests", answers.requests()},
                               {"requests_per_second", rate(report)},
                               {"told", told_object(answers)},
                               {"settled", settled_object(answers)},
                               {"unanswered", verdict.unanswered},
                               {"tried_again", retries_object(answers)},
                               {"tickets",
                                {{"different", verdict.tickets},
                                 {"lowest", verdict.lowest},
                                 {"highest", verdict.highest}}},
                               {"latency_ms", latency_object(latency)},
                               {"sold_out", sold_out_object(verdict)},
                               {"clean", verdict.is_clean()},
                               {"findings", findings_array(verdict)}};
    object["audit"] = nullptr;
    if (ledger != nullptr) object["audit"] = audit_object(plan.sale, ledger->audit);
    return object;
}

std::string rehearsal_text(const rehearsal_report& report) {
    const auto& answers = report.answers;
    const auto& verdict = report.verdict;
    auto text = crowd_text(report);
    text += told_text(answers) + settled_text(answers) + retries_text(answers);
    text += fmt::format("  unanswered {}\n", verdict.unanswered);
    text += fmt::format("  tickets    {} different, {} to {}\n", verdict.tickets, verdict.lowest,
                        verdict.highest);
    text += latency_text(report) + ledger_text(report.ledger) + sold_out_text(verdict);
    return text + findings_text(verdict);
}

}  // namespace onsale::app
