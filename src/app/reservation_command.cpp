#include "commands.hpp"
#include "reservation_ledger.hpp"
#include "when.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

namespace onsale::app {

namespace {

/// What the command line said, for all of `reservation`'s commands: one of them runs.
struct reservation_options {
    ledger_options ledger;
    bool json = false;
    bool refund_due = false;
    std::string id;
    std::string payment;
};

using options = std::shared_ptr<reservation_options>;

boost::json::value time_or_null(ledger_ms at) {
    return at == 0 ? boost::json::value{} : boost::json::value{to_rfc3339(at)};
}

boost::json::object refund_object(const refund& one) {
    return {{"reservation", one.reservation}, {"payment", one.payment},
            {"amount", one.amount},           {"state", one.is_done ? "done" : "due"},
            {"reason", one.reason},           {"since", to_rfc3339(one.since)},
            {"done", time_or_null(one.done)}};
}

boost::json::object reservation_object(const std::string& id, const whole_reservation& one) {
    const auto record = one.record();
    boost::json::array tickets;
    for_each_range(record.tickets, [&](std::int64_t first, std::int64_t last) {
        for (auto number = first; number <= last; ++number) {
            tickets.push_back(number);
        }
    });
    boost::json::array refunds;
    for (const auto& each : one.refunds) {
        refunds.push_back(refund_object(each));
    }
    return {{"reservation", id},
            {"sale", one.sale},
            {"buyer", record.buyer.empty() ? std::string_view{id} : record.buyer},
            {"state", name_of(record.state)},
            {"quantity", record.quantity},
            {"tickets", std::move(tickets)},
            {"reserved", to_rfc3339(record.reserved)},
            {"pay_by", to_rfc3339(record.pay_by)},
            {"settled", time_or_null(record.settled)},
            {"payment", record.payment},
            {"refund_due", record.refund_due},
            {"refunds", std::move(refunds)},
            {"epoch", record.written.epoch},
            {"version", record.written.version},
            {"ordered", record.written <= one.says.ordered && !record.has_letter}};
}

std::string refund_text(const refund& one) {
    return fmt::format(
        "{} of payment {} ({}), {}", one.amount, one.payment, one.reason,
        one.is_done ? "sent back " + to_rfc3339(one.done) : "owed since " + to_rfc3339(one.since));
}

std::string reservation_text(const std::string& id, const whole_reservation& one) {
    const auto record = one.record();
    auto text = fmt::format(
        "{}: {}\n"
        "  buyer      {}\n"
        "  tickets    {}{}\n"
        "  reserved   {}, to be paid by {}\n",
        id, name_of(record.state), record.buyer.empty() ? "nobody named" : record.buyer,
        record.quantity, record.tickets.empty() ? "" : fmt::format(": {}", record.tickets),
        to_rfc3339(record.reserved), to_rfc3339(record.pay_by));
    if (record.settled != 0) {
        text +=
            fmt::format("  {:<9}  {}{}\n", name_of(record.state), to_rfc3339(record.settled),
                        record.payment.empty() ? "" : fmt::format(", payment {}", record.payment));
    }
    for (const auto& each : one.refunds) {
        text += fmt::format("  refund     {}\n", refund_text(each));
    }
    return text;
}

template <class Act>
exit_status with_ledger(const reservation_options& given, Act act) {
    auto to = given.ledger.endpoint();
    if (!to) return complain({wrong_use, to.error().sentence});
    steady_session ledger{std::move(*to)};
    return act(ledger);
}

exit_status print(steady_session& ledger, const reservation_options& given,
                  const std::string& result) {
    const auto one = read_reservation(ledger, given.id);
    if (!one) return complain(one.error());
    if (given.json) {
        auto object = reservation_object(given.id, *one);
        if (!result.empty()) object["result"] = result;
        std::printf("%s\n", boost::json::serialize(object).c_str());
    } else {
        std::fputs(reservation_text(given.id, *one).c_str(), stdout);
        if (result == "repeated") std::printf("It was so already; nothing was done.\n");
    }
    return done;
}

exit_status show(const reservation_options& given) {
    return with_ledger(given, [&](steady_session& ledger) { return print(ledger, given, {}); });
}

/// Why the ledger would not, and what to do; empty: it did.
std::string refusal_sentence(const std::string& verdict, const std::string& what,
                             const std::string& id) {
    if (verdict == "done" || verdict == "repeated") return {};
    if (verdict == "frozen") {
        return fmt::format(
            "the sale of {} is frozen: its ledger went back; nothing is changed until it is "
            "rebuilt",
            id);
    }
    if (verdict == "missing") return fmt::format("the ledger has lost the sale of {}", id);
    if (verdict == "damaged") {
        return fmt::format(
            "what the ledger has of {} or of its buyer cannot be understood: 'onsale audit' names "
            "it",
            id);
    }
    if (what == "cancel") {
        return fmt::format(
            "{} is not held: 'onsale reservation show' says what it is; a paid one "
            "is refunded",
            id);
    }
    if (what == "refund") return fmt::format("{} is not paid; only a paid one is refunded", id);
    return fmt::format("nothing is owed for {}{}", id,
                       what == "refund_done" ? ", or not for that payment" : "");
}

/// Safe to send again, and to repeat: each is a step from one state to another (L20).
exit_status settle(const reservation_options& given, const char* what) {
    return with_ledger(given, [&](steady_session& ledger) {
        const bool is_of_all = std::string_view{what} == "refund_done" && given.payment.empty();
        const auto verdict = is_of_all ? settle_refunds(ledger, given.id)
                                       : settle_reservation(ledger, given.id, what, given.payment);
        if (!verdict) return complain(verdict.error());
        const auto refusal = refusal_sentence(*verdict, what, given.id);
        if (!refusal.empty()) {
            const bool is_broken = *verdict == "frozen" || *verdict == "missing";
            return complain({is_broken ? promise_broken : wrong_use, refusal});
        }
        return print(ledger, given, *verdict);
    });
}

exit_status list(const reservation_options& given) {
    if (!given.refund_due) {
        return complain({wrong_use, "what to list? --refund-due lists the money owed"});
    }
    return with_ledger(given, [&](steady_session& ledger) {
        auto all = read_refunds_due(ledger);
        if (!all) return complain(all.error());
        std::sort(all->begin(), all->end(),
                  [](const refund& a, const refund& b) { return a.since < b.since; });
        boost::json::array array;
        std::string text;
        for (const auto& one : *all) {
            array.push_back(refund_object(one));
            text += fmt::format("{}: {}\n", one.reservation, refund_text(one));
        }
        if (given.json) {
            std::printf("%s\n", boost::json::serialize(array).c_str());
        } else {
            std::fputs(text.empty() ? "Nothing is owed.\n" : text.c_str(), stdout);
        }
        return done;
    });
}

// --- The command line ---------------------------------------------------------------------------

CLI::App* add(CLI::App& group, const options& given, const char* name, const char* sentence,
              const char* example) {
    auto* command = group.add_subcommand(name, sentence);
    command->footer(fmt::format("Example:\n  {}\n", example));
    given->ledger.add_to(*command);
    command->add_flag("--json", given->json, "Print one JSON value, for programs");
    return command;
}

CLI::App* add_named(CLI::App& group, const options& given, const char* name, const char* sentence,
                    const char* example) {
    auto* command = add(group, given, name, sentence, example);
    command->add_option("ID", given->id, "The reservation's id, e.g. demo.0123…")->required();
    return command;
}

}  // namespace

void add_reservation(CLI::App& program, int& status) {
    const auto given = std::make_shared<reservation_options>();
    auto* group =
        program.add_subcommand("reservation", "Look at reservations, end them, see what is owed");
    group->require_subcommand(1);
    group->footer(
        "Every change is a step from one state to another: sent twice, it is done once.\n\n"
        "Exit status: 0 done (also if it had been done before), 1 the sale is frozen or lost,\n"
        "2 refused or wrong use, 3 the ledger cannot be reached.\n\n"
        "Example:\n  onsale reservation list --refund-due\n");
    add_named(*group, given, "show", "Show one reservation",
              "onsale reservation show demo.000102030405060708090a0b0c0d0e0f --json")
        ->callback([given, &status] { status = show(*given); });
    add_named(*group, given, "cancel", "Cancel a held reservation: its tickets are on sale again",
              "onsale reservation cancel demo.000102030405060708090a0b0c0d0e0f")
        ->callback([given, &status] { status = settle(*given, "cancel"); });
    add_named(*group, given, "refund",
              "Take a paid reservation back: its tickets are on sale again, its money is owed",
              "onsale reservation refund demo.000102030405060708090a0b0c0d0e0f")
        ->callback([given, &status] { status = settle(*given, "refund"); });
    auto* refunded = add_named(*group, given, "refund-done", "Note that the money was sent back",
                               "onsale reservation refund-done "
                               "demo.000102030405060708090a0b0c0d0e0f --payment pay-17");
    refunded->add_option("--payment", given->payment,
                         "Of this payment only; else of all that are owed now");
    refunded->callback([given, &status] { status = settle(*given, "refund_done"); });
    auto* listed = add(*group, given, "list", "List reservations for which money is owed",
                       "onsale reservation list --refund-due");
    listed->add_flag("--refund-due", given->refund_due, "Those for which money is owed");
    listed->callback([given, &status] { status = list(*given); });
}

}  // namespace onsale::app
