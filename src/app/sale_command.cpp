#include "commands.hpp"
#include "rebuild/rebuild_command.hpp"
#include "sale_ledger.hpp"
#include "sale_view.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/orders/snapshot.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

namespace onsale::app {

namespace {

/// What the command line said, for all of `sale`'s commands: one of them runs.
struct sale_options {
    ledger_options ledger;
    bool json = false;
    std::string sale;
    std::string operation;
    std::string hold = "15m";
    std::string at = "+0s";
    std::int64_t amount = 0;
    std::int64_t to = 0;
    sale_terms terms;
};

using options = std::shared_ptr<sale_options>;

void print(const boost::json::value& value) {
    std::printf("%s\n", boost::json::serialize(value).c_str());
}

/// Calls `act` with a conversation with the ledger.
template <class Act>
exit_status with_ledger(const sale_options& given, Act act) {
    auto to = given.ledger.endpoint();
    if (!to) return complain({wrong_use, to.error().sentence});
    steady_session ledger{std::move(*to)};
    return act(ledger);
}

exit_status status(const sale_options& given) {
    return with_ledger(given, [&](steady_session& ledger) {
        const auto line = read_sale(ledger, given.sale);
        if (!line) return complain(line.error());
        if (line->says.state == sale_state::missing) {
            return complain({wrong_use, refusal_sentence("missing", given.sale, *line)});
        }
        if (given.json) {
            print(sale_object(given.sale, *line));
        } else {
            std::fputs(sale_text(given.sale, *line).c_str(), stdout);
        }
        return done;
    });
}

exit_status list(const sale_options& given) {
    return with_ledger(given, [&](steady_session& ledger) {
        const auto all = read_all_sales(ledger);
        if (!all) return complain(all.error());
        boost::json::array array;
        auto text = sale_row({}, nullptr);
        auto status = done;
        for (const auto& [sale, line] : *all) {
            if (!line) {
                status = complain(line.error());
                continue;
            }
            array.push_back(sale_object(sale, *line));
            text += sale_row(sale, &*line);
        }
        if (given.json) {
            print(array);
        } else {
            std::fputs(all->empty() ? "There is no sale yet: 'onsale sale open SALE --total N'.\n"
                                    : text.c_str(),
                       stdout);
        }
        return status;
    });
}

void print_change(const sale_options& given, const changed& result) {
    if (given.json) {
        auto object = sale_object(given.sale, result.now);
        object["operation"] = given.operation;
        object["result"] = result.verdict;
        return print(object);
    }
    std::fputs(sale_text(given.sale, result.now).c_str(), stdout);
    std::printf("  operation  %s\n", given.operation.c_str());
    if (result.verdict == "repeated") {
        std::printf("This operation had been done before; nothing was done now.\n");
    } else if (result.verdict == "unchanged") {
        std::printf("It was so already; nothing was done.\n");
    }
}

/// Says what a change came to. A failure may hide that it was done: the id makes it safe to repeat.
exit_status conclude(const sale_options& given, const or_failure<changed>& result) {
    if (!result) {
        auto why = result.error();
        if (why.status == not_reachable) {
            why.sentence += fmt::format(
                "\nIt may have been done or not. The same command with '--operation {}' does it at "
                "most once.",
                given.operation);
        }
        return complain(why);
    }
    const auto refusal = refusal_sentence(result->verdict, given.sale, result->now);
    if (!refusal.empty()) {
        return complain({result->verdict == "frozen" ? promise_broken : wrong_use, refusal});
    }
    print_change(given, *result);
    return done;
}

void warn_of_gap(steady_session& ledger) {
    const auto gap = durability_gap(ledger);
    if (gap.empty()) return;
    std::fprintf(stderr,
                 "onsale: warning: %s: %s; acknowledged tickets may not survive a crash, and nodes "
                 "refuse to sell unless redis.durability allows it\n",
                 ledger.name().c_str(), gap.c_str());
}

template <class Act>
exit_status with_operation(sale_options& given, Act act) {
    if (given.operation.empty()) given.operation = random_hex();
    return with_ledger(given, [&](steady_session& ledger) {
        const auto result = act(ledger);
        if (result) warn_of_gap(ledger);
        return conclude(given, result);
    });
}

/// L8: a sale that the ledger has lost is to be rebuilt, not opened anew.
std::optional<failure> ordered_before(steady_session& ledger, const std::string& sale,
                                      const std::optional<orders::database_address>& database) {
    if (!database) return std::nullopt;
    const auto there = read_sale(ledger, sale);
    if (!there) return there.error();
    if (there->says.state != sale_state::missing) return std::nullopt;  // the script will tell
    const auto known = orders::is_known_sale(*database, sale);
    if (!known) {
        return failure{not_reachable,
                       fmt::format("{}\nWhether the sale {} has been open before cannot be told "
                                   "without the orders; '--orders none' opens it all the same",
                                   known.error().sentence, sale)};
    }
    if (!*known) return std::nullopt;
    return failure{
        wrong_use,
        fmt::format("the sale {0} has orders in {1}, and the ledger has lost it: 'onsale "
                    "sale rebuild {0}' brings it back; or choose another id",
                    sale, database->name)};
}

exit_status open(sale_options& given) {
    const auto hold = parse_duration(given.hold);
    if (!hold || hold->count() == 0 || *hold > limits::hold) {
        return complain({wrong_use, "--hold is a time such as 90s, 15m or 2h, at most 720h"});
    }
    const auto opens = parse_opening(given.at);
    if (!opens) return complain({wrong_use, "--at: " + opens.error().sentence});
    given.terms.hold = *hold;
    given.terms.opens = *opens;
    const auto database = given.ledger.orders();
    if (!database) return complain({wrong_use, database.error().sentence});
    return with_operation(given, [&](steady_session& ledger) -> or_failure<changed> {
        if (const auto why = ordered_before(ledger, given.sale, *database)) return *why;
        return open_sale(ledger, given.sale, given.terms, given.operation);
    });
}

exit_status adjust(sale_options& given, const char* change, std::int64_t amount) {
    return with_operation(given, [&](steady_session& ledger) {
        return adjust_sale(ledger, given.sale, change, amount, given.operation);
    });
}

// --- The command line ---------------------------------------------------------------------------

std::string check_operation(const std::string& text) {
    // The ledger keeps it between blanks and '='.
    const bool good = is_sale_id(text) && text.size() <= limits::operation_id;
    return good ? std::string{}
                : fmt::format("'{}' is no operation id: letters, digits, '.', '_', '-', at most {}",
                              text, limits::operation_id);
}

CLI::App* add(CLI::App& sale, const options& given, const char* name, const char* sentence,
              const char* example) {
    auto* command = sale.add_subcommand(name, sentence);
    command->footer(fmt::format("Example:\n  {}\n", example));
    given->ledger.add_to(*command);
    command->add_flag("--json", given->json, "Print one JSON value, for programs");
    return command;
}

CLI::App* add_named(CLI::App& sale, const options& given, const char* name, const char* sentence,
                    const char* example) {
    auto* command = add(sale, given, name, sentence, example);
    command->add_option("SALE", given->sale, "The sale's id")->required()->check(check_sale);
    return command;
}

CLI::App* add_change(CLI::App& sale, const options& given, const char* name, const char* sentence,
                     const char* example) {
    auto* command = add_named(sale, given, name, sentence, example);
    command
        ->add_option("--operation", given->operation,
                     "This command's id: what was done once under it is not done again")
        ->check(check_operation);
    return command;
}

void add_open(CLI::App& sale, const options& given, int& status) {
    auto* command =
        add_change(sale, given, "open", "Open a new sale",
                   "onsale sale open G101-2027-02-01 --total 10000 --hold 15m --limit 2 "
                   "--at 2027-01-15T08:00:00+08:00");
    given->ledger.add_orders_to(*command);
    auto& terms = given->terms;
    command->add_option("--total", terms.total, "How many tickets it has")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, limits::total));
    command
        ->add_option("--hold", given->hold,
                     "How long a ticket is held for its payment: 90s, 15m, 2h")
        ->capture_default_str();
    command->add_option("--limit", terms.limit, "Most tickets of one buyer; 0: no limit")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, limits::total));
    command
        ->add_option("--at", given->at,
                     "When it opens: 2027-02-01T08:00:00+08:00, or +90s by the ledger's clock")
        ->capture_default_str();
    command
        ->add_option("--price", terms.price, "Price of one ticket in the currency's smallest unit")
        ->capture_default_str()
        ->check(CLI::Range(std::int64_t{0}, limits::price));
    command->callback([given, &status] { status = open(*given); });
}

void add_restock(CLI::App& sale, const options& given, int& status) {
    auto* command = add_change(sale, given, "restock", "Add tickets to a sale",
                               "onsale sale restock demo --by 500");
    const auto range = CLI::Range(std::int64_t{1}, limits::total);
    auto* by = command->add_option("--by", given->amount, "Add so many")->check(range);
    auto* to =
        command->add_option("--to", given->to, "Add as many as make this total")->check(range);
    by->excludes(to);
    command->callback([given, by, to, &status] {
        if (by->empty() && to->empty()) throw CLI::RequiredError("--by or --to");
        status = by->empty() ? adjust(*given, "restock_to", given->to)
                             : adjust(*given, "restock_by", given->amount);
    });
}

void add_withdraw(CLI::App& sale, const options& given, int& status) {
    auto* command = add_change(sale, given, "withdraw", "Take unsold tickets out of a sale",
                               "onsale sale withdraw demo --by 500");
    command->add_option("--by", given->amount, "How many")
        ->required()
        ->check(CLI::Range(std::int64_t{1}, limits::total));
    command->callback([given, &status] { status = adjust(*given, "withdraw", given->amount); });
}

void add_state(CLI::App& sale, const options& given, int& status, const char* change,
               const char* sentence) {
    const auto example = fmt::format("onsale sale {} demo", change);
    auto* command = add_change(sale, given, change, sentence, example.c_str());
    command->callback([given, change, &status] { status = adjust(*given, change, 0); });
}

}  // namespace

void add_sale(CLI::App& program, int& status) {
    const auto given = std::make_shared<sale_options>();
    auto* sale = program.add_subcommand("sale", "Open sales, look at them and change them");
    sale->require_subcommand(1);
    sale->footer(
        "Every change carries an operation id, is sent again by itself while the ledger does not\n"
        "answer, and is done at most once.\n\n"
        "Exit status: 0 done (also if it had been done before), 1 the sale is frozen, 2 refused "
        "or\n"
        "wrong use, 3 the ledger cannot be reached.\n\n"
        "Example:\n  onsale sale open demo --total 10000\n  onsale sale status demo\n");
    add_open(*sale, given, status);
    add_named(*sale, given, "status", "Show one sale", "onsale sale status demo --json")
        ->callback([given, &status] { status = app::status(*given); });
    add(*sale, given, "list", "Show all sales", "onsale sale list")->callback([given, &status] {
        status = list(*given);
    });
    add_state(*sale, given, status, "pause", "Stop selling for now");
    add_state(*sale, given, status, "resume", "Go on selling");
    add_state(*sale, given, status, "close", "End a sale for good");
    add_state(*sale, given, status, "remove",
              "Free the memory of a closed sale that all orders have followed; its id stays used");
    add_rebuild(*sale, status);
    add_state(*sale, given, status, "release",
              "Put the tickets that a rebuild withheld back on sale");
    add_restock(*sale, given, status);
    add_withdraw(*sale, given, status);
}

}  // namespace onsale::app
