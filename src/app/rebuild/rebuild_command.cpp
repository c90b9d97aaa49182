#include "rebuild_command.hpp"

#include "../journal_reader.hpp"
#include "../sale_view.hpp"
#include "node_word.hpp"
#include "rebuild_ledger.hpp"
#include "rebuilt_sale.hpp"

#include "onsale/core/limits.hpp"
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
    std::optional<last_heard> bound;  ///< nothing: no node named remembers
    std::string forgetful;            ///< a node that does not; empty: none
};

/// A node that was started after the loss knows only the ledger that is left: `left`.
or_failure<hearsay> ask_nodes(const std::vector<target>& nodes, const std::string& sale,
                              ledger_version left) {
    hearsay all;
    last_heard most;
    for (const auto& node : nodes) {
        const auto heard = ask_node(node, sale);
        if (!heard) return heard.error();
        const bool remembers = *heard && (*heard)->at > left;
        if (*heard) all.epoch = std::max(all.epoch, (*heard)->at.epoch);
        if (!remembers) {
            all.forgetful = node.host;
            continue;
        }
        most.at = std::max(most.at, (*heard)->at);
        most.last = std::max(most.last, (*heard)->last);
        most.next = std::max(most.next, (*heard)->next);
    }
    most.by_all = all.forgetful.empty();
    if (most.at != ledger_version{}) all.bound = most;
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
    std::string forgetful;  ///< a node that does not remember
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
        for (const auto& url : given_.nodes) {
            const auto to = parse_target(url);
            if (!to) return failure{wrong_use, to.error().sentence};
            nodes_.push_back(*to);
        }
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
        const auto orders = orders::read_snapshot(database, given_.sale);
        if (!orders) return unreachable(orders.error());
        if (!orders->is_followed) {
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
        const auto heard = ask_nodes(nodes_, given_.sale, left->at);
        if (!heard) return heard.error();
        return from_orders(ledger, database, left->at, *heard);
    }

    /// A writer that had read on before the ledger was lost may still commit: then once more.
    [[nodiscard]] or_failure<rebuilt_report> from_orders(steady_session& ledger,
                                                         const orders::database_address& database,
                                                         ledger_version left,
                                                         const hearsay& heard) {
        std::fprintf(stderr, "onsale: reading the orders\n");
        for (int attempt = 0; attempt < limits::rebuild_attempts; ++attempt) {
            const auto orders = orders::read_snapshot(database, given_.sale);
            if (!orders) return unreachable(orders.error());
            const auto now = ledger_now(ledger);
            if (!now) return now.error();
            const auto seen = orders->terms ? orders->terms->at.epoch : 0;
            const auto epoch = 1 + std::max({left.epoch, seen, orders->position.epoch,
                                             orders->claimed, heard.epoch});
            auto made = rebuild_sale(*orders, heard.bound, {.now = *now, .epoch = epoch});
            if (!made) return failure{wrong_use, made.error().sentence};
            const auto claimed = orders::claim_epoch(database, given_.sale, *orders, epoch);
            if (!claimed) return unreachable(claimed.error());
            if (*claimed) return write(ledger, epoch, left, *orders, std::move(*made), heard);
        }
        return failure{not_reachable,
                       "the orders of the sale change all the time; is somebody else rebuilding "
                       "it? Try again"};
    }

    [[nodiscard]] or_failure<rebuilt_report> write(steady_session& ledger, std::int64_t epoch,
                                                   ledger_version left,
                                                   const orders::order_snapshot& orders,
                                                   rebuilt_sale made, const hearsay& heard) {
        const auto written = write_rebuilt(ledger, given_.sale, epoch, left, made);
        if (!written) return written.error();
        const auto refusal = refusal_sentence(written->verdict, given_.sale, written->now);
        if (!refusal.empty()) return failure{wrong_use, refusal};
        return rebuilt_report{.sale = given_.sale,
                              .result = *written,
                              .made = std::move(made),
                              .from = orders.position,
                              .orders = std::ssize(orders.orders),
                              .unreadable = std::ssize(orders.unreadable),
                              .forgetful = heard.forgetful};
    }

    std::vector<target> nodes_;
    const rebuild_options& given_;
};

/// What came after the last order, as far as anybody knows.
std::string gap_text(const rebuilt_report& report) {
    const auto versions = report.made.unknown_versions;
    if (versions == 0) return "  unknown    nothing: no change came after the last order\n";
    auto text =
        versions > 0
            ? fmt::format("  unknown    {} changes of the ledger after the last order\n", versions)
            : "  unknown    what came after the last order: no node that remembers was asked, or "
              "not "
              "all do\n";
    if (!report.forgetful.empty()) {
        text += fmt::format("             {} was started after the loss, and does not remember\n",
                            report.forgetful);
    }
    if (report.made.lapsed_count > 0) {
        text += fmt::format(
            "  lapsed     {} held reservations past their pay-by: if they were paid in time, "
            "their\n"
            "             payments come again or are to be sent back; their tickets are withheld\n",
            report.made.lapsed_count);
    }
    if (report.made.doubtful > 0) {
        text += fmt::format(
            "  doubtful   {} reservations are held again that may have been paid or cancelled\n",
            report.made.doubtful);
    }
    return text;
}

std::string withheld_text(const rebuilt_report& report) {
    if (report.made.withheld.size() == 0) return {};
    const auto list = report.made.withheld.list();
    constexpr std::size_t shown = 200;
    return fmt::format(
        "  withheld   {} tickets are kept out of the sale, since they may be somebody's:\n"
        "             {}{}\n"
        "             'onsale sale release {}' puts them back\n",
        report.made.withheld.size(), list.substr(0, shown), list.size() > shown ? "…" : "",
        report.sale);
}

std::string report_text(const rebuilt_report& report) {
    auto text = sale_text(report.sale, report.result.now);
    text += fmt::format("  rebuilt    from {} orders, up to {}-{} of the ledger that was lost\n",
                        report.orders, report.from.epoch, report.from.version);
    text += gap_text(report) + withheld_text(report);
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
    object["unknown_versions"] = report.made.unknown_versions;
    object["lapsed"] = report.made.lapsed_count;
    object["doubtful"] = report.made.doubtful;
    return object;
}

int run(const rebuild_options& given) {
    start_log("error");  // of catching up
    const auto report = rebuild{given}.run();
    if (!report) return complain(report.error());
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
