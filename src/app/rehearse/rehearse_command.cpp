#include "../audit_reader.hpp"
#include "../commands.hpp"
#include "../sale_ledger.hpp"
#include "../sale_view.hpp"
#include "../when.hpp"
#include "chart.hpp"
#include "crowd.hpp"
#include "report.hpp"
#include "sources.hpp"

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

/// The answers that are missing then are not the servers' fault.
void warn_of_tracking(std::int64_t connections) {
    const auto room = tracking_room();
    if (!room || *room >= connections) return;
    const auto text = fmt::format(
        "Warning: this kernel tracks connections and has room for {} more; beyond that it drops "
        "some, and answers come late. Raise net.netfilter.nf_conntrack_max, lower --rate, or use "
        "a network namespace without tracking.\n",
        *room);
    std::fputs(text.c_str(), stderr);
}

/// Empty: all of them can come in time.
std::string complaint_about_rate(const rehearsal_plan& plan) {
    if (plan.rate <= 0) return {};
    const std::chrono::duration<double> needed{static_cast<double>(plan.buyers) / plan.rate};
    if (needed < plan.duration_limit) return {};
    return fmt::format("{} buyers at {} a second come in {:.0f} s, and --duration-limit is {}",
                       plan.buyers, plan.rate, needed.count(), duration_text(plan.duration_limit));
}

/// Fills in what has to be read and looked up, and sees that servers listen.
std::optional<failure> prepare(rehearse_options& given) {
    auto& plan = given.plan;
    const auto duration = parse_duration(given.duration);
    if (!duration || duration->count() == 0) {
        return failure{wrong_use, "--duration-limit is a time such as 90s or 10m"};
    }
    plan.duration_limit = *duration;
    if (const auto problem = complaint_about_rate(plan); !problem.empty()) {
        return failure{wrong_use, problem};
    }
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
    if (!plan.one_shot) return {};
    plan.sources = sources_for(plan.buyers, plan.targets, local_ports());
    warn_of_tracking(plan.buyers);
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

/// A reading of the ledger's clock by this machine's.
or_failure<ledger_clock> compare_clocks(steady_session& ledger) {
    const auto before = monotonic::now();
    const auto said = ledger_now(ledger);
    if (!said) return said.error();
    return ledger_clock{before, *said, monotonic::now()};
}

/// What was known of the ledger before the crowd came.
struct ledger_before {
    stock_before stock;
    ledger_clock clock;
};

/// Before the crowd comes: a rehearsal that cannot be judged is not worth its noise.
or_failure<ledger_before> meet_ledger(steady_session& ledger, rehearsal_plan& plan) {
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
    const auto clock = compare_clocks(ledger);
    if (!clock) return clock.error();
    const auto& says = line->says;
    return ledger_before{{says.at.epoch, says.total, says.last}, *clock};
}

/// The orders follow: P8 gives them a second of normal running, a storm's end gets some more. Where
/// the ledger was when the crowd had gone: holds may go on to expire.
or_failure<ledger_version> let_orders_follow(steady_session& ledger, const std::string& sale) {
    const auto until = monotonic::now() + limits::rehearsal_orders;
    std::optional<ledger_version> end;
    for (;;) {
        const auto line = read_sale(ledger, sale);
        if (!line) return line.error();
        const auto& says = line->says;
        if (!end) end = says.at;
        const bool is_done = says.ordered == ledger_version{} || says.ordered >= *end;
        if (is_done || monotonic::now() >= until) return *end;  // the verdict says which
        std::this_thread::sleep_for(limits::operator_pause);
    }
}

or_failure<ledger_evidence> gather(steady_session& ledger, const ledger_options& options,
                                   const std::string& sale) {
    const auto end = let_orders_follow(ledger, sale);
    if (!end) return end.error();
    const auto beside = read_orders(ledger, options, sale);
    if (!beside) return beside.error();
    auto picture = read_still_picture(ledger, sale);
    if (!picture) return picture.error();
    if (picture->exact) {
        auto audit =
            check_law(*picture, beside->orders ? &*beside->orders : nullptr, beside->ordered);
        return ledger_evidence{
            .picture = std::move(*picture), .audit = std::move(audit), .end = *end};
    }
    auto audit = audit_sale(ledger, sale, *beside);
    if (!audit) return audit.error();
    return ledger_evidence{.picture = std::move(*picture), .audit = std::move(*audit), .end = *end};
}

/// What the ledger holds now, beside what was known before.
or_failure<ledger_evidence> gather(steady_session& ledger, const rehearse_options& given,
                                   const ledger_before& before) {
    const auto clock = compare_clocks(ledger);
    if (!clock) return clock.error();
    auto evidence = gather(ledger, given.ledger, given.plan.sale);
    if (!evidence) return evidence.error();
    evidence->before = before.stock;
    evidence->clock = before.clock.and_later(*clock);
    return evidence;
}

void print(const rehearse_options& given, const rehearsal_report& report) {
    const auto text = given.json ? boost::json::serialize(rehearsal_object(report)) + '\n'
                                 : rehearsal_text(report);
    std::fputs(text.c_str(), stdout);
}

/// False: it cannot be written. True also if no chart is asked for.
bool draw(const rehearsal_plan& plan, const tally& answers) {
    if (plan.chart.empty()) return true;
    std::ofstream file{plan.chart};
    file << draw_chart(answers.course_of_run(), chart_title(plan));
    file.close();
    return !file.fail();
}

std::optional<failure> open_files(const rehearsal_plan& plan, tally& answers) {
    if (!plan.output.empty() && !answers.write_to(plan.output))
        return failure{wrong_use, "cannot write to " + plan.output};
    if (!draw(plan, answers)) return failure{wrong_use, "cannot write to " + plan.chart};
    return {};
}

/// `before` may be nothing: the ledger is not asked. True if it was clean.
or_failure<bool> rehearse_and_judge(const rehearse_options& given, steady_session* ledger,
                                    const std::optional<ledger_before>& before) {
    const auto& plan = given.plan;
    tally answers{plan.buyers, plan.run};
    if (auto problem = open_files(plan, answers)) return *problem;
    crowd buyers{plan, answers};
    buyers.run();
    const std::chrono::duration<double> took = monotonic::now() - answers.started();
    if (!answers.finish(wall_clock()))
        return failure{not_reachable, "not all answers went to " + plan.output};
    if (!draw(plan, answers)) return failure{not_reachable, "cannot write to " + plan.chart};
    std::optional<ledger_evidence> evidence;
    if (before) {
        auto gathered = gather(*ledger, given, *before);
        if (!gathered) return gathered.error();
        evidence = std::move(*gathered);
    }
    const auto* held = evidence ? &*evidence : nullptr;
    const auto verdict = judge_rehearsal(plan, answers, held);
    print(given, {plan, answers, held, verdict, measure(answers.latencies()), took,
                  buyers.most_waiting()});
    return verdict.is_clean();
}

or_failure<bool> rehearse(rehearse_options& given) {
    std::signal(SIGPIPE, SIG_IGN);
    if (auto problem = prepare_payments(given)) return *problem;
    if (auto problem = prepare(given)) return *problem;
    if (given.no_ledger) return rehearse_and_judge(given, nullptr, {});
    auto to = given.ledger.endpoint();
    if (!to) return failure{wrong_use, to.error().sentence};
    steady_session ledger{std::move(*to)};
    const auto before = meet_ledger(ledger, given.plan);
    if (before) return rehearse_and_judge(given, &ledger, *before);
    auto problem = before.error();
    if (problem.status == not_reachable) {
        problem.sentence += "; --no-ledger judges by the answers alone";
    }
    return problem;
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
    command
        .add_option("--rate", plan.rate,
                    "Buyers come at so many a second, whoever is busy; 0: at full speed")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1e7));
    command.add_flag("--one-shot", plan.one_shot,
                     "A connection of its own for every request; without it, kept connections");
    command.add_flag("--wait-for-opening", plan.wait_for_opening,
                     "Buyers who hear 'not open yet' ask again");
    command.add_option("--duration-limit", given->duration, "Give up after this long")
        ->capture_default_str();
    command.add_option("--output", plan.output, "Write every answer to this file, JSON lines");
    command.add_option("--svg", plan.chart, "Write a picture of the run to this file");
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
        "'Sold out' was true if the ledger had nothing left at some moment between a second "
        "before\n"
        "the request and the answer. That is told from its reservations, and cannot be told if "
        "the\n"
        "stock was changed meanwhile.\n\n"
        "The latency of a request counts from when the buyer wanted to ask, and has the time to\n"
        "connect in it; with --rate that is buyer i's i/RATE seconds after the start, also if no\n"
        "connection was free. With --one-shot to 127.0.0.1, connections come from as many "
        "addresses\n"
        "127.x.x.x as are needed for each to find a free port.\n\n"
        "It buys: do not point it at a sale that is not a rehearsal.\n\n"
        "Exit status: 0 clean, 1 not clean, 2 wrong use or no such sale, 3 the servers or the "
        "ledger\n"
        "cannot be reached.\n\n"
        "Example:\n"
        "  onsale sale open demo --total 10000\n"
        "  onsale rehearse --connections 200 --svg run.svg\n"
        "  onsale rehearse --one-shot --buyers 200000 --rate 5000\n"
        "  onsale rehearse --pay 0.5 --late 0.1 --cancel 0.1 --payment-secret run/payment.secret"
        "\n");
    command->callback([given, &status] {
        const auto clean = rehearse(*given);
        status = clean ? (*clean ? done : promise_broken) : complain(clean.error());
    });
}

}  // namespace onsale::app
