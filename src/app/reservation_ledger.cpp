#include "reservation_ledger.hpp"

#include "sale_ledger.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"

#include <spdlog/fmt/fmt.h>

#include <string_view>

namespace onsale::app {

namespace {

failure no_reservation(const std::string& id) {
    return {wrong_use, fmt::format("there is no reservation {}", id)};
}

/// Its sale, and the word of that sale.
struct place {
    std::string sale;
    std::string digits;
    word says;
    std::string record;  ///< empty: there is none
    bool has_letter = false;
};

or_failure<place> find(steady_session& ledger, const std::string& id) {
    const auto name = parse_reservation_id(id);
    if (!name) {
        return failure{wrong_use,
                       fmt::format("'{}' is no reservation id: SALE, a dot, 32 hex digits", id)};
    }
    place found{std::string{name->sale}, std::string{view(name->digits)}, {}, {}, false};
    const auto answer =
        ledger.run(redis::ledger_script::read,
                   {redis::sale_key(found.sale), redis::sale_key(found.sale, "reservations"),
                    redis::sale_key(found.sale, "letters")},
                   {"1", "0", "0", found.digits});
    if (!answer) return answer.error();
    std::string_view lines{answer->text};
    const auto line = redis::parse_word_line(cut(lines, '\n'));
    if (!line || cut(lines, ' ') != found.digits) return ledger.not_understood();
    found.says = line->says;
    constexpr std::string_view letter = "letter ";
    found.has_letter = lines.starts_with(letter);
    if (found.has_letter) lines.remove_prefix(letter.size());
    if (lines != "-") found.record = lines;
    return found;
}

/// `PAYMENT AMOUNT STATE REASON SINCE_MS DONE_MS`, joined by `;`.
std::vector<refund> parse_refunds(const std::string& reservation, std::string_view text) {
    std::vector<refund> all;
    while (!text.empty()) {
        auto entry = cut(text, ';');
        refund one;
        one.reservation = reservation;
        one.payment = cut(entry, ' ');
        one.amount = parse_integer(cut(entry, ' ')).value_or(0);
        one.is_done = cut(entry, ' ') == "done";
        one.reason = cut(entry, ' ');
        one.since = parse_integer(cut(entry, ' ')).value_or(0);
        one.done = parse_integer(entry).value_or(0);
        all.push_back(std::move(one));
    }
    return all;
}

/// Adds what is still due of one sale.
or_failure<int> add_due(steady_session& ledger, const std::string& sale,
                        std::vector<refund>& into) {
    std::string cursor = "0";
    do {
        const auto page = ledger.command({"HSCAN", redis::sale_key(sale, "refunds"), cursor,
                                          "COUNT", std::to_string(limits::audit_piece)});
        if (!page) return page.error();
        if (page->list.size() != 2) return ledger.not_understood();
        cursor = page->list[0].text;
        const auto& pairs = page->list[1].list;
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
            for (auto& one : parse_refunds(sale + "." + pairs[i].text, pairs[i + 1].text)) {
                if (!one.is_done) into.push_back(std::move(one));
            }
        }
    } while (cursor != "0");
    return 0;
}

}  // namespace

reservation whole_reservation::record() const {
    const auto parsed = parse_record(digits, text);
    ONSALE_ASSERT(parsed);
    auto result = *parsed;
    result.has_letter = has_letter;
    return result;
}

or_failure<whole_reservation> read_reservation(steady_session& ledger, const std::string& id) {
    const auto found = find(ledger, id);
    if (!found) return found.error();
    if (found->record.empty()) return no_reservation(id);
    if (!parse_record(found->digits, found->record)) return ledger.not_understood();
    const auto owed =
        ledger.command({"HGET", redis::sale_key(found->sale, "refunds"), found->digits});
    if (!owed) return owed.error();
    return whole_reservation{found->sale,       found->digits, found->record,
                             found->has_letter, found->says,   parse_refunds(id, owed->text)};
}

or_failure<std::string> settle_reservation(steady_session& ledger, const std::string& id,
                                           const std::string& what, const std::string& payment) {
    const auto found = find(ledger, id);
    if (!found) return found.error();
    if (found->record.empty()) return no_reservation(id);
    const auto& at = found->says.at;
    const auto answer = ledger.run(redis::ledger_script::settle, sale_keys(found->sale),
                                   {std::to_string(at.epoch), std::to_string(at.version), "0",
                                    "refuse", "0", found->digits, what, payment, "0", ""});
    if (!answer) return answer.error();
    std::string_view lines{answer->text};
    (void)cut(lines, '\n');
    if (cut(lines, ' ') != found->digits) return ledger.not_understood();
    return std::string{cut(lines, ' ')};
}

or_failure<std::string> settle_refunds(steady_session& ledger, const std::string& id) {
    const auto one = read_reservation(ledger, id);
    if (!one) return one.error();
    or_failure<std::string> verdict = std::string{one->refunds.empty() ? "refused" : "repeated"};
    if (one->says.state == sale_state::frozen) verdict = std::string{name_of(one->says.state)};
    for (const auto& each : one->refunds) {
        if (each.is_done) continue;
        auto next = settle_reservation(ledger, id, "refund_done", each.payment);
        if (!next || (*next != "done" && *next != "repeated")) return next;
        verdict = "done";  // if not by this call, then by one whose answer was lost
    }
    return verdict;
}

or_failure<std::vector<refund>> read_refunds_due(steady_session& ledger) {
    const auto sales = ledger.command({"SMEMBERS", std::string{redis::sales_key}});
    if (!sales) return sales.error();
    std::vector<refund> all;
    for (const auto& sale : sales->list) {
        const auto word = read_sale(ledger, sale.text);
        if (!word) return word.error();
        if (word->says.overrides()) {
            return failure{promise_broken,
                           fmt::format("the sale {} is {}: what is owed is known when it is "
                                       "rebuilt ('onsale sale rebuild {}')",
                                       sale.text, name_of(word->says.state), sale.text)};
        }
        const auto added = add_due(ledger, sale.text, all);
        if (!added) return added.error();
    }
    return all;
}

}  // namespace onsale::app
