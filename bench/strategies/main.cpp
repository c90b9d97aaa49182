#include "report.hpp"
#include "strategies.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

// When is a ticket taken: with the order, with the payment, or before both? The three answers, one
// after the other, with the same buyers, the same real Redis and the same real database.

namespace onsale::bench {

namespace {

/// As `onsale`'s own.
enum exit_status { done = 0, promise_broken = 1, wrong_use = 2, not_reachable = 3 };

struct options {
    rush_plan plan;
    std::string database = "sqlite";
    std::int64_t hold_seconds = 3;
    bool json = false;
};

void add_options(CLI::App& program, options& given) {
    auto& plan = given.plan;
    const auto share = CLI::Range(0.0, 1.0);
    program.add_option("--tickets", plan.tickets, "How many are sold")
        ->check(CLI::Range(1, 1'000'000));
    program.add_option("--buyers", plan.buyers, "How many come in the rush")
        ->check(CLI::Range(1, 1'000'000));
    program.add_option("--threads", plan.threads, "How many of them at once")
        ->check(CLI::Range(1, 1'000));
    program.add_option("--abandon", plan.abandon, "Share of the buyers who never pay")
        ->check(share);
    program.add_option("--late", plan.late, "Share of those who pay late; the rest pay in time")
        ->check(share);
    program
        .add_option("--hold", given.hold_seconds, "Seconds in which a reservation is to be paid")
        ->check(CLI::Range(1, 600));
    program.add_option("--seed", plan.seed, "Another number, other buyers");
    program.add_option("--database", given.database, "sqlite or postgresql; it is started here")
        ->check(CLI::IsMember({"sqlite", "postgresql"}));
    program.add_flag("--json", given.json, "Print one JSON object, for programs");
    program.footer(
        "undersold: nobody has paid for these tickets and nobody can buy them, at the end.\n"
        "charged, none: buyers whose money was taken and who have no ticket.\n"
        "refunds due: buyers who paid later than they were told to, when all was sold: the ledger\n"
        "has their money as owed.\n\n"
        "Exit status: 0 reserve-first did nothing of the first two and oversold nothing, 1 it "
        "did,\n"
        "2 wrong use, 3 Redis or the database failed.");
}

/// A strategy is gone, with all that it has started, before the next one comes.
std::vector<rush_result> run_all(const options& given) {
    const auto& plan = given.plan;
    const test::redis_server redis;
    const test::order_database orders{given.database == "sqlite" ? test::database_kind::sqlite
                                                                 : test::database_kind::postgresql};
    const terms agreed{plan.tickets, plan.threads, plan.hold};
    std::vector<rush_result> all;
    all.push_back(run_rush(*make_order_then_deduct(orders, agreed), plan));
    all.push_back(run_rush(*make_pay_then_deduct(orders, agreed), plan));
    all.push_back(run_rush(*make_reserve_first(redis, orders, agreed), plan));
    return all;
}

exit_status run(const options& given) {
    const auto all = run_all(given);
    const auto text =
        given.json ? boost::json::serialize(report_object(given.plan, given.database, all)) + '\n'
                   : report_text(given.plan, given.database, all);
    std::fputs(text.c_str(), stdout);
    const auto& ours = all.back();
    const bool kept = ours.oversold + ours.undersold + ours.charged_without_ticket == 0;
    return kept ? done : promise_broken;
}

}  // namespace

}  // namespace onsale::bench

int main(int argc, char** argv) {
    using namespace onsale::bench;
    options given;
    CLI::App program{"Order-then-deduct, pay-then-deduct and reserve-first, side by side"};
    program.option_defaults()->always_capture_default();
    add_options(program, given);
    try {
        program.parse(argc, argv);
        if (given.plan.abandon + given.plan.late > 1) {
            throw CLI::ValidationError{"--abandon and --late", "together they are more than all"};
        }
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? done : wrong_use;
    }
    given.plan.hold = std::chrono::seconds{given.hold_seconds};
    try {
        return run(given);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "strategies: %s\n", error.what());
        return not_reachable;
    }
}
