#include "rebuild_command.hpp"

#include "../journal_reader.hpp"
#include "../sale_view.hpp"
#include "node_word.hpp"
#include "rebuild_ledger.hpp"
#include "rebuilt_sale.hpp"

#include "onsale/orders/snapshot.hpp"
#include "onsale/orders/writer.hpp"

#include <boost/json/serialize.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace onsale::app {

namespace {

struct rebuild_options {
    ledger_options ledger;
    std::string sale;
    std::vector<std::string> nodes;
    bool json = false;
};

failure unreachable(const complaint& why) {
    return {not_reachable, why.sentence};
}

/// What the nodes together heard of the ledger before it was lost.
struct hearsay {
    std::int64_t epoch = 0;           ///< the highest of all
    std::optional<last_heard> bound;  ///< nothing: not every node named remembers
};

/// A node that was started after the loss knows only the ledger that is left: `left`.
or_failure<hearsay> ask_nodes(const rebuild_options& given, ledger_version left) {
    hearsay all;
    bool all_remember = !given.nodes.empty();
    last_heard most;
    for (const auto& url : given.nodes) {
        const auto to = parse_target(url);
        if (!to) return failure{wrong_use, to.error().sentence};
        const auto heard = ask_node(*to, given.sale);
        if (!heard) return heard.error();
        all_remember = all_remember && *heard && (*heard)->at > left;
        if (!*heard) continue;
        all.epoch = std::max(all.epoch, (*heard)->at.epoch);
        if ((*heard)->at > most.at) most.at = (*heard)->at;
        most.last = std::max(most.last, (*heard)->last);
        most.next = std::max(most.next, (*heard)->next);
    }
    if (all_remember) all.bound = most;
    return all;
}

/// What came of it, for both kinds of readers.
struct rebuilt_report {
    std::string sale;
    changed result;
    rebuilt_sale made;
    ledger_version from;
    std::int64_t orders = 0;
    std::int64_t unreadable = 0;
    bool nodes_remember = false;
};

class rebuild {
  public:
    explicit rebuild(const rebuild_options& given) : given_{given} {}

    [[nodiscard]] or_failure<rebuilt_report> run() {
        auto endpoint = given_.ledger.endpoint();
        if (!endpoint) return failure{wrong_use, endpoint.error().sentence};
        const auto database = given_.ledger.orders();
        if (!database) return failure{wrong_use, database.error().sentence};
        if (!*database) return failure{wrong_use, "a sale is rebuilt from its orders: name them"};
        steady_session ledger{*endpoint};
        journal_reader feed{std::move(*endpoint)};
        return with(ledger, feed, **database);
    }

  private:
    [[nodiscard]] or_failure<rebuilt_report> with(steady_session& ledger, journal_reader& feed,
                                                  const orders::database_address& database) {
        const auto before = read_sale(ledger, given_.sale);
        if (!before) return before.error();
        if (before->says.state == sale_state::removed) {
            return failure{wrong_use, refusal_sentence("removed", given_.sale, *before)};
        }
        const auto known = orders::is_known_sale(database, given_.sale);
        if (!known) return unreachable(known.error());
        if (!*known) {
            return failure{wrong_use, fmt::format("{} knows no sale {}; there is nothing to "
                                                  "rebuild it from",
                                                  database.name, given_.sale)};
        }
        std::fprintf(stderr, "onsale: reading what is left of the journal\n");
        const auto left = orders::catch_up(database, feed, given_.sale);
        if (!left) return unreachable(left.error());
        // Catching up may have frozen it.
        const auto now = read_sale(ledger, given_.sale);
        if (!now) return now.error();
        if (!now->says.overrides()) {
            return failure{wrong_use, refusal_sentence("not_broken", given_.sale, *now)};
        }
        return from_orders(ledger, database, now->says.at);
    }

    /// The epoch is taken before anything is written to the ledger.
    [[nodiscard]] or_failure<rebuilt_report> from_orders(steady_session& ledger,
                                                         const orders::database_address& database,
                                                         ledger_version left) {
        const auto heard = ask_nodes(given_, left);
        if (!heard) return heard.error();
        std::fprintf(stderr, "onsale: reading the orders\n");
        const auto orders = orders::read_snapshot(database, given_.sale);
        if (!orders) return unreachable(orders.error());
        auto made = rebuild_sale(*orders, heard->bound);
        if (!made) return failure{wrong_use, made.error().sentence};
        const auto& seen = made->terms.at;
        const auto epoch =
            1 + std::max({left.epoch, seen.epoch, orders->position.epoch, heard->epoch});
        const auto claimed = orders::claim_epoch(database, given_.sale, seen, epoch);
        if (!claimed) return unreachable(claimed.error());
        if (!*claimed) {
            return failure{not_reachable,
                           "the sale has changed in the order database meanwhile; "
                           "is somebody else rebuilding it? Try again"};
        }
        const auto written = write_rebuilt(ledger, given_.sale, epoch, *made);
        if (!written) return written.error();
        const auto refusal = refusal_sentence(written->verdict, given_.sale, written->now);
        if (!refusal.empty()) return failure{wrong_use, refusal};
        return rebuilt_report{.sale = given_.sale,
                              .result = *written,
                              .made = std::move(*made),
                              .from = orders->position,
                              .orders = std::ssize(orders->orders),
                              .unreadable = std::ssize(orders->unreadable),
                              .nodes_remember = heard->bound.has_value()};
    }

    const rebuild_options& given_;
};

std::string unknown_text(const rebuilt_report& report) {
    const auto count = report.made.withheld.size();
    if (count == 0) {
        return "  withheld   none: nothing was given to anybody after the last order\n";
    }
    const auto* why =
        report.nodes_remember
            ? "they were on sale after the last order, and may be somebody's"
            : "no node that remembers was asked, so that any of them may be somebody's";
    const auto list = report.made.withheld.list();
    constexpr std::size_t shown = 200;
    return fmt::format(
        "  withheld   {} tickets are kept out of the sale: {}\n"
        "             {}{}\n"
        "             'onsale sale release {}' puts them back\n",
        count, why, list.substr(0, shown), list.size() > shown ? "…" : "", report.sale);
}

std::string report_text(const rebuilt_report& report) {
    auto text = sale_text(report.sale, report.result.now);
    text += fmt::format("  rebuilt    from {} orders, up to {}-{} of the ledger that was lost\n",
                        report.orders, report.from.epoch, report.from.version);
    text += unknown_text(report);
    if (report.unreadable > 0) {
        text += fmt::format(
            "  unreadable {} dead letters say nothing that can be read; what they held is lost\n",
            report.unreadable);
    }
    if (report.made.vanished.size() > 0) {
        text += fmt::format("  withdrawn  {} tickets had left the sale, and no order said so\n",
                            report.made.vanished.size());
    }
    text += "Look it over ('onsale audit " + report.sale + "'), then 'onsale sale resume " +
            report.sale + "' sells on.\n";
    return text;
}

boost::json::object report_object(const rebuilt_report& report) {
    auto object = sale_object(report.sale, report.result.now);
    object["result"] = report.result.verdict;
    object["orders"] = report.orders;
    object["from_epoch"] = report.from.epoch;
    object["from_version"] = report.from.version;
    object["withheld_tickets"] = report.made.withheld.list();
    object["unreadable_letters"] = report.unreadable;
    object["nodes_remember"] = report.nodes_remember;
    return object;
}

int run(const rebuild_options& given) {
    const auto report = rebuild{given}.run();
    if (!report) return complain(report.error().status, report.error().sentence);
    if (given.json) {
        std::printf("%s\n", boost::json::serialize(report_object(*report)).c_str());
    } else {
        std::fputs(report_text(*report).c_str(), stdout);
    }
    return done;
}

}  // namespace

void add_rebuild(CLI::App& sale, int& status) {
    const auto given = std::make_shared<rebuild_options>();
    auto* command = sale.add_subcommand(
        "rebuild", "Make a frozen or missing sale anew from its orders, and leave it paused");
    given->ledger.add_to(*command);
    given->ledger.add_orders_to(*command);
    command->add_flag("--json", given->json, "Print one JSON value, for programs");
    command->add_option("SALE", given->sale, "The sale's id")->required()->check(check_sale);
    command->add_option("--node", given->nodes,
                        "A node that sold the sale and has not been started since; name them all");
    command->footer(
        "For a ledger that was emptied, or put back from an old copy. Everything that has an "
        "order\n"
        "row comes back as it was: tickets, buyers' limits, pay-by times, money owed. What was "
        "sold\n"
        "in the moment after the last row is known to nobody but its buyers, so the numbers that\n"
        "may be theirs are kept out of the sale until 'onsale sale release SALE'. Nodes that have\n"
        "not been started since the loss know how far the ledger had come: name all of them with\n"
        "--node, and only those numbers are withheld; without, all that are not somebody's.\n\n"
        "The order writer may run or not. The sale is paused afterwards; 'onsale sale resume' "
        "sells\n"
        "on. Safe to be stopped and started again.\n\n"
        "Exit status: 0 done, 2 the sale is not broken or not in the orders, 3 something cannot "
        "be\n"
        "reached.\n\n"
        "Example:\n"
        "  onsale sale rebuild demo --node http://127.0.0.1:3001 --node http://127.0.0.1:3002\n");
    command->callback([given, &status] { status = run(*given); });
}

}  // namespace onsale::app
