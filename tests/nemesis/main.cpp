#include "nemesis/report.hpp"
#include "nemesis/round.hpp"
#include "support/cable.hpp"
#include "support/node.hpp"
#include "support/program.hpp"
#include "support/small_disk.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <random>
#include <sstream>
#include <string>
#include <unistd.h>

// Starts all of onsale, lets buyers at it, and does to it whatever can be done, for as long as it
// is told; then says what of its promises did not hold.

namespace onsale::nemesis {

namespace {

constexpr int holds = 0;
constexpr int broken = 1;
constexpr int not_reached = 1;
constexpr int something_is_missing = 3;

struct options {
    double minutes = 0;
    std::uint64_t seed = 0;
    std::string mutant;
    std::string json;
    std::string only;
    std::string loses;
    bool times = true;
    bool list = false;
};

/// Short enough that CI has it every time; over in less than 120 s on any machine.
constexpr milliseconds short_run{84'000};
constexpr milliseconds short_round{28'000};
constexpr milliseconds long_round{60'000};
constexpr milliseconds mutant_round{15'000};
/// What a round takes beside its faults: the start, the peace, the drain and the checker.
constexpr milliseconds round_overhead{14'000};

/// Where Debian and Ubuntu keep libfaketime; empty if it is not installed.
[[maybe_unused]] std::string find_clock_library() {
    const std::filesystem::path libraries{"/usr/lib"};
    for (const auto& one : std::filesystem::directory_iterator{libraries}) {
        const auto file = one.path() / "faketime" / "libfaketimeMT.so.1";
        if (std::filesystem::exists(file)) return file.string();
    }
    return {};
}

/// What `onsale sabotage` prints, if this build has it: `failpoint NAME`, `mutant NAME`.
abilities find_abilities() {
    abilities found;
    found.is_root = geteuid() == 0;
    found.has_cables = test::cable::lay() != nullptr;
#ifndef ONSALE_SANITIZED
    found.clock_library = find_clock_library();
#endif
    const auto told = test::run_program({test::onsale_binary(), "sabotage"});
    std::istringstream lines{told.status == 0 ? told.output : std::string{}};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words{line};
        std::string kind;
        std::string name;
        words >> kind >> name;
        name = name.substr(0, name.find(':'));
        static const std::vector<std::string> of_writer{"after_read", "before_commit",
                                                        "after_commit", "before_trim"};
        if (kind != "failpoint") continue;
        const bool writers = std::find(of_writer.begin(), of_writer.end(), name) != of_writer.end();
        (writers ? found.writer_failpoints : found.node_failpoints).push_back(name);
    }
    return found;
}

loss parse_loss(const std::string& name) {
    if (name == "emptied") return loss::emptied;
    return name == "deleted" ? loss::deleted : loss::rolled_back;
}

class run {
  public:
    explicit run(const options& chosen)
        : chosen_{chosen}, faults_{all_faults(find_abilities())}, random_{chosen.seed} {
        if (!chosen.only.empty()) keep_only(chosen.only);
    }

    int go() {
        const bool is_long = chosen_.minutes > 0;
        const milliseconds lasts =
            is_long ? milliseconds{static_cast<std::int64_t>(chosen_.minutes * 60'000)} : short_run;
        std::printf("nemesis: seed %llu, %.1f minutes, %zu faults\n",
                    static_cast<unsigned long long>(chosen_.seed),
                    static_cast<double>(lasts.count()) / 60'000.0, faults_.size());
        for (int round = 0; milliseconds_left(lasts) > milliseconds{0}; ++round) {
            const auto plan = plan_of(round, milliseconds_left(lasts), is_long);
            if (plan.lasts < milliseconds{4'000} && round > 0) break;
            play_round(plan, faults_, deck_, all_,
                       [&](const std::string& what, std::int64_t purchases, std::int64_t tickets) {
                           say(what, all_.purchases + purchases, all_.tickets + tickets);
                       });
            if (!chosen_.mutant.empty() && all_.found.total() > 0) break;
        }
        return conclude(is_long);
    }

  private:
    [[nodiscard]] milliseconds milliseconds_left(milliseconds of) const {
        const auto gone = std::chrono::steady_clock::now() - begun_;
        return of - std::chrono::duration_cast<milliseconds>(gone);
    }

    void keep_only(const std::string& part) {
        std::erase_if(faults_,
                      [&](const fault& one) { return one.name.find(part) == std::string::npos; });
    }

    round_plan plan_of(int round, milliseconds left, bool is_long) {
        const auto number = [&](int from, int to) {
            return std::uniform_int_distribution<int>{from, to}(random_);
        };
        round_plan plan;
        plan.with.nodes = number(2, 4);
        plan.with.threads = number(1, 2);
        if (!chosen_.mutant.empty()) plan.with.threads = 2;  // more can go wrong
        plan.with.database =
            round % 2 == 0 ? test::database_kind::sqlite : test::database_kind::postgresql;
        plan.with.total = number(150, 500);
        plan.with.limit = number(3, 6);
        plan.with.small_disks = round % 4 < 2;
        if (!chosen_.mutant.empty()) plan.with.environment = {"ONSALE_MUTANT=" + chosen_.mutant};
        plan.seed = random_();
        plan.times = chosen_.times;
        if (chosen_.mutant.empty()) {
            plan.traces = std::filesystem::path{"run"} / "faults" /
                          (std::to_string(chosen_.seed) + "-" + std::to_string(round + 1));
        }
        const auto most = !chosen_.mutant.empty() ? mutant_round
                          : is_long               ? long_round
                                                  : short_round;
        plan.lasts = std::min(most, left - round_overhead);
        // By turns; a mutant has no time for it.
        if (!chosen_.loses.empty()) {
            plan.loses_ledger = parse_loss(chosen_.loses);
        } else if (chosen_.mutant.empty()) {
            plan.loses_ledger = static_cast<loss>(round % static_cast<int>(losses));
        }
        std::printf(
            "round %d: %d nodes of %d threads, %s, %lld tickets, %lld a buyer%s\n", round + 1,
            plan.with.nodes, plan.with.threads, test::name_of(plan.with.database).c_str(),
            static_cast<long long>(plan.with.total), static_cast<long long>(plan.with.limit),
            plan.with.small_disks ? ", small disks" : "");
        return plan;
    }

    void say(const std::string& what, std::int64_t purchases, std::int64_t tickets) {
        const auto seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_);
        std::printf("%7.1f s  %lld purchases, %lld tickets, %lld findings  %s\n", seconds.count(),
                    static_cast<long long>(purchases), static_cast<long long>(tickets),
                    static_cast<long long>(all_.found.total()), what.c_str());
        for (; told_ < all_.found.sentences().size(); ++told_)
            std::printf("WRONG %s\n", all_.found.sentences()[told_].c_str());
        std::fflush(stdout);
    }

    int conclude(bool is_long) {
        print_report(all_, faults_);
        if (!chosen_.json.empty()) write_json(all_, faults_, chosen_.seed, chosen_.json);
        if (!chosen_.mutant.empty()) return conclude_mutant();
        if (all_.found.total() > 0) return broken;
        const auto missing = not_reached_by(all_, faults_);
        for (const auto& one : missing) {
            if (is_long) std::printf("FAILED: never %s\n", one.c_str());
        }
        if (!is_long && !missing.empty()) {
            std::printf("%zu faults and events did not have their turn: that takes --minutes\n",
                        missing.size());
        }
        return is_long && !missing.empty() ? not_reached : holds;
    }

    int conclude_mutant() {
        if (all_.found.total() == 0) {
            std::printf("mutant %s: not caught\n", chosen_.mutant.c_str());
            return broken;
        }
        std::printf("mutant %s: caught by %s\n", chosen_.mutant.c_str(),
                    all_.found.sentences().front().c_str());
        return holds;
    }

    const options& chosen_;
    std::vector<fault> faults_;
    std::vector<std::size_t> deck_;
    std::mt19937_64 random_;
    outcome_of_rounds all_;
    std::size_t told_ = 0;  // findings
    time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace

}  // namespace onsale::nemesis

int main(int count, char** words) {
    using namespace onsale::nemesis;
    CLI::App program{"Does to onsale whatever can be done, and checks that its promises hold"};
    options chosen;
    chosen.seed = std::random_device{}();
    program.add_option("--minutes", chosen.minutes,
                       "A long run: fails also if a fault or an event was never reached "
                       "(default: about 90 s, which only says so)");
    program.add_option("--seed", chosen.seed,
                       "Begins as an earlier run; how it goes on depends on the machine, too");
    program.add_option("--mutant", chosen.mutant,
                       "Starts nodes and order writers with this bug, and stops at the first "
                       "violation: status 0 if there was one");
    program.add_option("--only", chosen.only, "Only faults whose name has this in it");
    program
        .add_option("--lose", chosen.loses,
                    "Every round ends with the loss of the ledger: emptied, rolled_back, deleted")
        ->check(CLI::IsMember({"emptied", "rolled_back", "deleted"}));
    program.add_option("--json", chosen.json, "Writes the counts to this file");
    program.add_flag("!--no-times", chosen.times,
                     "Leaves out how long things may take: for sanitizers");
    program.add_flag("--list", chosen.list, "Lists the faults, and does nothing else");
    program.footer(
        "Of a round in which a promise did not hold the logs are kept in run/faults/SEED-ROUND.\n\n"
        "Exit status: 0 all promises held, 1 one did not or (a long run) something was\n"
        "never reached, 2 wrong use, 3 something needed is missing.");
    try {
        program.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? 0 : 2;
    }
    if (chosen.list) {
        for (const auto& one : all_faults(find_abilities()))
            std::printf(
                "%s%s\n", one.name.c_str(),
                one.impossible.empty() ? "" : (" (not here: " + one.impossible + ")").c_str());
        return 0;
    }
    std::signal(SIGPIPE, SIG_IGN);
    onsale::test::small_disk::keep_to_ourselves();
    try {
        return run{chosen}.go();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "nemesis: %s\n", error.what());
        return something_is_missing;
    }
}
