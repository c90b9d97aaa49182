#include "../audit_reader.hpp"
#include "../commands.hpp"
#include "../sale_ledger.hpp"
#include "../sale_view.hpp"
#include "../when.hpp"
#include "crowd.hpp"
#include "report.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"

#include <boost/json/serialize.hpp>
#include <spdlog/fmt/fmt.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>
#include <sys/resource.h>
#include <thread>

namespace onsale::app {

namespace {

struct rehearse_options {
    ledger_options ledger;
    std::vector<std::string> urls{"http://127.0.0.1:8080"};
    std::string duration = "10m";
    std::string secret_file;
    rehearsal_plan plan;
    bool no_ledger = false;
    bool json = false;
};

/// Every connection needs a descriptor. Empty: there are enough.
std::string make_room(std::int64_t connections) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    const auto needed = static_cast<rlim_t>(connections) + limits::spare_descriptors;
    if (files.rlim_cur >= needed) return {};
    if (files.rlim_max < needed) {
        return fmt::format(
            "{} connections need {} open files, and this system allows {}; take fewer "
            "connections, or raise the limit (ulimit -n)",
            connections, needed, files.rlim_max);
    }
    files.rlim_cur = files.rlim_max;
    return setrlimit(RLIMIT_NOFILE, &files) == 0 ? "" : "the limit of open files cannot be raised";
}

/// Fills in what has to be read and looked up, and sees that servers listen.
std::optional<failure> prepare(rehearse_options& given) {
    auto& plan = given.plan;
    const auto duration = parse_duration(given.duration);
    if (!duration || duration->count() == 0) {
        return failure{wrong_use, "--duration-limit is a time such as 90s or 10m"};
    }
    plan.duration_limit = *duration;
    plan.run = "r" + random_hex().substr(0, 12);
    if (const auto problem = make_room(plan.connections); !problem.empty()) {
        return failure{wrong_use, problem};
    }
    for (const auto& url : given.urls) {
        const auto to = parse_target(url);
        if (!to) return failure{wrong_use, to.error().sentence};
        if (!is_reachable(*to)) {
            return failure{not_reachable, fmt::format("nobody listens at {}; is Nginx or the node "
                                                      "running?",
                                                      url)};
        }
        plan.targets.push_back(*to);
    }
    return {};
}

/// The first line of the file, as a node reads it; empty: there is none.
std::string read_secret(const std::string& path) {
    std::ifstream file{path};
    std::string secret;
    std::getline(file, secret);
    return secret;
}

/// What those who pay need.
std::optional<failure> prepare_payments(rehearse_options& given) {
    auto& plan = given.plan;
    if (auto problem = complaint_about(plan.courses); !problem.empty()) {
        return failure{wrong_use, problem};
    }
    if (!is_paid_for(plan.courses)) return {};
    if (given.no_ledger) {
        return failure{wrong_use, "--pay, --late and --repeat need the ledger: it knows the price"};
    }
    if (given.secret_file.empty()) {
        return failure{wrong_use, "--pay, --late and --repeat need --payment-secret"};
    }
    plan.secret = read_secret(given.secret_file);
    if (!plan.secret.empty()) return {};
    return failure{wrong_use, "no secret can be read from " + given.secret_file};
}

/// Before the crowd comes: a rehearsal that cannot be judged is not worth its noise.
std::optional<failure> meet_ledger(steady_session& ledger, rehearsal_plan& plan) {
    const auto line = read_sale(ledger, plan.sale);
    if (!line) return line.error();
    if (line->says.state == sale_state::missing) {
        return failure{wrong_use, refusal_sentence("missing", plan.sale, *line)};
    }
    plan.price = line->price;
    const std::chrono::milliseconds hold{line->hold_ms};
    if (plan.courses.late > 0 && hold >= plan.duration_limit) {
        return failure{wrong_use,
                       fmt::format("--late waits for the end of a hold, which is {}, and "
                                   "--duration-limit is {}",
                                   duration_text(hold), duration_text(plan.duration_limit))};
    }
    return {};
}

/// The orders follow: P8 gives them a second of normal running, a storm's end gets some more.
std::optional<failure> let_orders_follow(steady_session& ledger, const std::string& sale) {
    const auto until = monotonic::now() + limits::rehearsal_orders;
    for (;;) {
        const auto line = read_sale(ledger, sale);
        if (!line) return line.error();
        const auto& says = line->says;
        if (says.ordered == ledger_version{} || says.ordered >= says.at) return {};
        if (monotonic::now() >= until) return {};  // the verdict says so
        std::this_thread::sleep_for(limits::operator_pause);
    }
}

or_failure<ledger_evidence> gather(steady_session& ledger, const ledger_options& options,
                                   const std::string& sale) {
    if (auto problem = let_orders_follow(ledger, sale)) return *problem;
    const auto beside = read_orders(ledger, options, sale);
    if (!beside) return beside.error();
    auto picture = read_still_picture(ledger, sale);
    if (!picture) return picture.error();
    if (picture->exact) {
        auto audit =
            check_law(*picture, beside->orders ? &*beside->orders : nullptr, beside->ordered);
        return ledger_evidence{std::move(*picture), std::move(audit)};
    }
    auto audit = audit_sale(ledger, sale, *beside);
    if (!audit) return audit.error();
    return ledger_evidence{std::move(*picture), std::move(*audit)};
}

void print(const rehearse_options& given, const rehearsal_report& report) {
    const auto text = given.json ? boost::json::serialize(rehearsal_object(report)) + '\n'
                                 : rehearsal_text(report);
    std::fputs(text.c_str(), stdout);
}

/// True if it was clean.
or_failure<bool> rehearse_and_judge(rehearse_options& given, steady_session* ledger) {
    auto& plan = given.plan;
    tally answers{plan.buyers, plan.run};
    if (!plan.output.empty() && !answers.write_to(plan.output)) {
        return failure{wrong_use, "cannot write to " + plan.output};
    }
    const auto started = monotonic::now();
    crowd{plan, answers}.run();
    const auto took = monotonic::now() - started;
    if (!answers.finish(wall_clock()))
        return failure{not_reachable, "not all answers went to " + plan.output};
    std::optional<ledger_evidence> evidence;
    if (ledger != nullptr) {
        auto gathered = gather(*ledger, given.ledger, plan.sale);
        if (!gathered) return gathered.error();
        evidence = std::move(*gathered);
    }
    const auto* held = evidence ? &*evidence : nullptr;
    const auto verdict = judge_rehearsal(plan, answers, held);
    print(given, {plan, answers, held, verdict, measure(answers.latencies()), took});
    return verdict.is_clean();
}

or_failure<bool> rehearse(rehearse_options& given) {
    std::signal(SIGPIPE, SIG_IGN);
    if (auto problem = prepare_payments(given)) return *problem;
    if (auto problem = prepare(given)) return *problem;
    if (given.no_ledger) return rehearse_and_judge(given, nullptr);
    auto to = given.ledger.endpoint();
    if (!to) return failure{wrong_use, to.error().sentence};
    steady_session ledger{std::move(*to)};
    if (auto problem = meet_ledger(ledger, given.plan)) {
        if (problem->status == not_reachable) {
            problem->sentence += "; --no-ledger judges by the answers alone";
        }
        return *problem;
    }
    return rehearse_and_judge(given, &ledger);
}

void add_options(CLI::App& command, const std::shared_ptr<rehearse_options>& given) {
    auto& plan = given->plan;
    command.add_option("--url", given->urls, "Where the buyers go; several: in turn")
        ->capture_default_str();
    command.add_option("--sale", plan.sale, "What they buy")
        ->capture_default_str()
        ->check([](const std::string& text) {
            return is_sale_id(text) ? std::string{} : "'" + text + "' is no sale id";
        });
    command.add_option("-n,--buyers", plan.buyers, "How many buyers, one ticket each")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, limits::rehearsal_buyers));
    command.add_option("-c,--connections", plan.connections, "Over how many connections")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{1}, limits::rehearsal_connections));
    command.add_option("--api", plan.call, "ticket: GET /buy/ticket; v1: POST /v1/sales/…")
        ->transform(CLI::CheckedTransformer(std::map<std::string, buying_call>{
            {"ticket", buying_call::ticket}, {"v1", buying_call::v1}}))
        ->default_str("ticket");
    command.add_flag("--wait-for-opening", plan.wait_for_opening,
                     "Buyers who hear 'not open yet' ask again");
    command.add_option("--duration-limit", given->duration, "Give up after this long")
        ->capture_default_str();
    command.add_option("--output", plan.output, "Write every answer to this file, JSON lines");
    command.add_flag("--no-ledger", given->no_ledger, "Judge by the answers alone");
    command.add_flag("--json", given->json, "Print one JSON object, for programs");
    given->ledger.add_to(command);
    given->ledger.add_orders_to(command);
    const auto share = [&](const char* name, double& into, const char* what) {
        command.add_option(name, into, what)->capture_default_str()->check(CLI::Range(0.0, 1.0));
    };
    share("--pay", plan.courses.pay, "The share of the buyers who pay at once");
    share("--late", plan.courses.late, "… who pay when their hold is over");
    share("--cancel", plan.courses.cancel, "… who cancel at once");
    share("--repeat", plan.courses.repeat, "… who buy twice and pay twice, with the same key");
    command.add_option("--payment-secret", given->secret_file,
                       "The file with the secret by which payments are signed");
}

}  // namespace

void add_rehearse(CLI::App& program, int& status) {
    const auto given = std::make_shared<rehearse_options>();
    auto* command =
        program.add_subcommand("rehearse", "Send a crowd of buyers, and judge what they were told");
    add_options(*command, given);
    command->footer(
        "Every buyer has a name and a key of its own, and asks again with the same key when the\n"
        "connection breaks or the server says 'try again'. The verdict is clean if everybody "
        "knows,\n"
        "no ticket was sold twice, the ledger bears every winner out, nobody holds a ticket "
        "without\n"
        "knowing, 'sold out' was true, nobody has paid without a ticket or a refund due, and the\n"
        "audit finds nothing. Buyers without a share of their own abandon what they bought.\n\n"
        "It buys: do not point it at a sale that is not a rehearsal.\n\n"
        "Exit status: 0 clean, 1 not clean, 2 wrong use or no such sale, 3 the servers or the "
        "ledger\n"
        "cannot be reached.\n\n"
        "Example:\n"
        "  onsale sale open demo --total 10000\n"
        "  onsale rehearse --buyers 50000 --connections 200\n"
        "  onsale rehearse --pay 0.5 --late 0.1 --cancel 0.1 --payment-secret run/payment.secret"
        "\n");
    command->callback([given, &status] {
        const auto clean = rehearse(*given);
        status = clean ? (*clean ? done : promise_broken)
                       : complain(clean.error().status, clean.error().sentence);
    });
}

}  // namespace onsale::app
