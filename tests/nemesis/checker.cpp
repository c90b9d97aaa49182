#include "nemesis/checker.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace onsale::nemesis {

namespace {

/// Ledger times have whole milliseconds, and the two clocks are read one after the other.
constexpr std::int64_t clock_slack_ms = 5;
/// P12 is of the node alone; the request also waits for the two cores, and for the buyer's thread.
constexpr milliseconds answer_within{3'000};
constexpr milliseconds machine_slack{750};
/// P2: buyable within 2 s after the pay-by.
constexpr milliseconds back_within{2'000};

std::vector<std::int64_t> numbers_in(std::string_view tickets) {
    std::vector<std::int64_t> numbers;
    static_cast<void>(for_each_range(tickets, [&](std::int64_t first, std::int64_t last) {
        for (auto number = first; number <= last; ++number)
            numbers.push_back(number);
    }));
    return numbers;
}

std::string describe(const exchange& one) {
    static constexpr std::array calls{"reserve", "ticket", "pay", "cancel", "show"};
    std::string text{calls[static_cast<std::size_t>(one.what)]};
    text += one.route == by_nginx ? " by nginx" : " at node " + std::to_string(one.route);
    text += " " + one.buyer + "/" + one.key + " x" + std::to_string(one.quantity);
    if (!one.about.empty()) text += " about " + one.about;
    if (!one.payment.empty()) text += " " + one.payment;
    text += " sent " + std::to_string(one.sent_ms) + " told +" +
            std::to_string(one.told_ms - one.sent_ms) + " ms: " + std::to_string(one.status) + " " +
            one.code + " " + one.reservation + " " + one.state;
    for (const auto number : one.tickets)
        text += " " + std::to_string(number);
    return text;
}

/// All requests of one (buyer, key), or one without a key.
using conversation = std::vector<const exchange*>;

std::string describe(const conversation& all) {
    std::string text;
    for (const auto* one : all)
        text += "\n      " + describe(*one);
    return text;
}

/// Holds answers against a story.
class examiner {
  public:
    examiner(const sale_story& story, const circumstances& of, findings& found,
             event_counts& reached)
        : story_{story}, of_{of}, found_{found}, reached_{reached}, salt_{*parse_salt(of.salt)} {}

    void examine(const history& asked) {
        std::map<std::pair<std::string, std::string>, conversation> by_key;
        std::map<std::string, conversation> by_payment;
        for (const auto& one : asked) {
            look_at(one);
            if (one.buys() && !one.key.empty()) by_key[{one.buyer, one.key}].push_back(&one);
            if (one.buys() && one.key.empty()) compare_keyless(one);
            if (one.what == call::pay) by_payment[one.about + " " + one.payment].push_back(&one);
            if (one.what == call::cancel) compare_cancel(one);
            if (one.what == call::show && one.is_yes()) compare_told(one, digits_of(one.about));
        }
        const auto in_order = [](const exchange* a, const exchange* b) {
            return a->sent < b->sent;
        };
        for (auto& [key, all] : by_key) {
            std::sort(all.begin(), all.end(), in_order);
            compare_key(key.first, key.second, all);
        }
        for (auto& [payment, all] : by_payment) {
            std::sort(all.begin(), all.end(), in_order);
            compare_payment(all);
        }
    }

  private:
    static std::string digits_of(const std::string& id) {
        return id.substr(std::min(id.rfind('.') + 1, id.size()));
    }

    [[nodiscard]] std::string id_of(const std::string& buyer, const std::string& key) const {
        const auto digits = derive_id(salt_, of_.sale, buyer, key);
        return std::string{view(digits)};
    }

    // --- Each answer by itself -------------------------------------------------------------------

    void look_at(const exchange& one) {
        compare_time(one);  // no answer is none in time, unless the connection broke meanwhile
        if (one.status == 0) return;
        found_.looked_at(check::answer);
        static const std::set<unsigned> known{200, 201, 202, 401, 403, 404, 409, 422, 503};
        if (one.code == unreadable || !known.contains(one.status) || one.code == "no_sale")
            found_.add(check::answer, describe(one));
        if (one.code == "sold_out" || one.code == "too_few") compare_sold_out(one);
        if (one.code == "paused" || one.code == "closed") compare_door(one);
        if (one.code == "limit_reached") compare_limit(one);
        if (one.what != call::show && !one.buys()) compare_refused_end(one);
    }

    void compare_time(const exchange& one) {
        if (one.route == by_nginx || !of_.times) return;
        found_.looked_at(check::in_time);
        const auto allowed = answer_within + machine_slack + stopped_in(one);
        if (one.took() > allowed) found_.add(check::in_time, describe(one));
    }

    /// How much of its time its node, or the machine, was stopped.
    [[nodiscard]] milliseconds stopped_in(const exchange& one) const {
        milliseconds sum{0};
        for (const auto& stop : of_.stopped) {
            if (stop.node != by_nginx && stop.node != one.route) continue;
            const auto from = std::max(stop.from, one.sent);
            const auto until = std::min(stop.until, one.told);
            if (from < until) sum += std::chrono::duration_cast<milliseconds>(until - from);
        }
        return sum;
    }

    /// From 1 s before the request (what the node knew may be so old) until it was told.
    template <class Condition>
    [[nodiscard]] bool was_then(const exchange& one, Condition holds) const {
        return story_.was(one.sent_ms - limits::word_age.count() - clock_slack_ms,
                          one.told_ms + clock_slack_ms, holds);
    }

    void compare_sold_out(const exchange& one) {
        found_.looked_at(check::sold_out);
        const bool all_gone = one.code == "sold_out";
        reached_.add(all_gone ? event::sold_out : event::too_few);
        const auto had_too_few = [&](const chapter& each) {
            // /buy/ticket has one answer for both; a repeat is for the quantity that it names.
            return all_gone && one.what == call::reserve ? each.remaining == 0
                                                         : each.remaining < one.quantity;
        };
        if (was_then(one, had_too_few)) return;
        found_.add(check::sold_out,
                   describe(one) + "; left from 1 s before:" +
                       story_.stock_between(one.sent_ms - limits::word_age.count(), one.told_ms));
    }

    void compare_door(const exchange& one) {
        found_.looked_at(check::door);
        if (one.code == "paused") reached_.add(event::paused);
        const auto so = [&](const chapter& each) { return each.state == one.code; };
        if (!was_then(one, so)) found_.add(check::door, describe(one));
    }

    /// The script alone knows how many a buyer has: it was so when it ran.
    void compare_limit(const exchange& one) {
        reached_.add(event::limit_reached);
        found_.looked_at(check::limit);
        const auto most =
            story_.most_of(one.buyer, one.sent_ms - clock_slack_ms, one.told_ms + clock_slack_ms);
        if (most + one.quantity > of_.limit) return;
        found_.add(check::limit,
                   describe(one) + "; had " + std::to_string(most) + " at most meanwhile");
    }

    /// Whoever pays or cancels here was told of the reservation, and signs rightly. Only a node
    /// whose clock was set wrong may take it for an old signature.
    void compare_refused_end(const exchange& one) {
        const bool is_wrong = one.status == 404 || one.status == 422 || one.status == 403 ||
                              (one.status == 401 && (one.what == call::cancel || !in_trouble(one)));
        if (is_wrong) found_.add(check::answer, "refused for nothing: " + describe(one));
    }

    [[nodiscard]] bool in_trouble(const exchange& one) const {
        return std::any_of(of_.troubled.begin(), of_.troubled.end(), [&](const auto& each) {
            return each.from_ms <= one.told_ms && one.sent_ms <= each.until_ms;
        });
    }

    // --- A purchase ------------------------------------------------------------------------------

    /// A yes names what the journal has.
    void compare_told(const exchange& one, const std::string& digits) {
        found_.looked_at(check::acknowledged);
        const auto* is = story_.find(digits);
        if (is == nullptr) return found_.add(check::acknowledged, "unknown: " + describe(one));
        const auto numbers = numbers_in(is->tickets);
        const bool ticket = one.what == call::ticket;
        const bool live = one.state.empty() || one.state == "held" || one.state == "paid";
        const bool same_numbers = ticket ? !one.tickets.empty() && !numbers.empty() &&
                                               one.tickets.front() == numbers.front()
                                         : !live || one.tickets == numbers;
        const bool same_buyer = ticket || one.told_buyer == is->first().buyer;
        const bool same_quantity = one.what == call::show || is->first().quantity == one.quantity;
        if (one.reservation != of_.sale + "." + digits || !same_numbers || !same_buyer ||
            !same_quantity || one.buyer != is->first().buyer) {
            found_.add(check::acknowledged,
                       describe(one) + "; the journal: " + is->writings.front().text);
        }
    }

    void compare_keyless(const exchange& one) {
        if (one.is_yes()) compare_told(one, digits_of(one.reservation));
    }

    void compare_key(const std::string& buyer, const std::string& key, const conversation& all) {
        const auto digits = id_of(buyer, key);
        const auto* is = story_.find(digits);
        found_.looked_at(check::once);
        for (const auto* one : all) {
            if (one->is_yes()) compare_told(*one, digits);
            if (one->code == "ended") compare_ended(*one, is);
            compare_overlooked(*one, is);
            if (one->code == "key_reused") compare_reused(*one, is);
        }
        compare_nothing_sold(all, is);
        compare_refused(all, is);
        count_events(all, is);
    }

    void compare_ended(const exchange& one, const reservation_story* is) {
        const bool so =
            is != nullptr &&
            std::any_of(is->writings.begin(), is->writings.end(), [&](const written_record& each) {
                return !is_live(each.record.state) &&
                       each.record.settled <= one.told_ms + clock_slack_ms;
            });
        if (!so) found_.add(check::answer, "not ended: " + describe(one));
    }

    /// L13, L17: a key that has its reservation is told of that, whatever else is so.
    void compare_overlooked(const exchange& one, const reservation_story* is) {
        static const std::set<std::string> by_the_stock{"sold_out", "too_few", "limit_reached",
                                                        "too_many_reservations"};
        if (!by_the_stock.contains(one.code)) return;
        if (is == nullptr || is->first().reserved + clock_slack_ms >= one.sent_ms) return;
        found_.add(check::once,
                   "had " + is->writings.front().text + " and was refused: " + describe(one));
    }

    void compare_reused(const exchange& one, const reservation_story* is) {
        const bool so = is != nullptr && is->first().quantity != one.quantity;
        if (!so) found_.add(check::answer, "not reused: " + describe(one));
        reached_.add(event::altered_repeat);
    }

    /// Straight to nodes, "busy" and "no" say that nothing was taken: nothing was. Behind Nginx, a
    /// try that it gave up may have taken something.
    void compare_nothing_sold(const conversation& all, const reservation_story* is) {
        const bool certain = std::all_of(all.begin(), all.end(), [](const exchange* one) {
            return one->route != by_nginx && (one->is_busy() || one->is_no()) &&
                   one->code != "ended" && one->code != "key_reused";
        });
        if (!certain) return;
        found_.looked_at(check::refused);
        if (is != nullptr) {
            found_.add(check::refused, "told that nothing was taken, and " +
                                           is->writings.front().text + describe(all));
        }
    }

    /// Told no for good and never yes after it: in the end nothing is held or paid.
    void compare_refused(const conversation& all, const reservation_story* is) {
        if (!all.back()->is_no() || is == nullptr) return;
        found_.looked_at(check::refused);
        const auto& last = is->last();
        const bool knows = std::any_of(all.begin(), all.end(),
                                       [](const exchange* one) { return one->is_yes(); }) ||
                           all.back()->code == "key_reused";
        if (is_live(last.state) && !knows)
            found_.add(check::refused, "holds " + is->writings.back().text + describe(all));
    }

    void count_events(const conversation& all, const reservation_story* is) {
        const auto first_doubt = std::find_if(all.begin(), all.end(),
                                              [](const exchange* one) { return one->is_doubt(); });
        const auto first_yes =
            std::find_if(all.begin(), all.end(), [](const exchange* one) { return one->is_yes(); });
        const bool told = first_yes != all.end();
        if (first_doubt != all.end()) count_doubt(all, first_doubt, is);
        if (told && first_yes != all.begin() && (*first_yes)->route != all.front()->route)
            reached_.add(event::sold_at_another_node);
        for (auto one = first_yes; one != all.end(); ++one) {
            if (one != first_yes && (*one)->status == 200) reached_.add(event::repeat_was_known);
            if ((*one)->code == "ended") reached_.add(event::repeat_had_ended);
        }
        const bool refused_before = std::any_of(all.begin(), first_yes, [](const exchange* one) {
            return one->code == "sold_out" || one->code == "too_few";
        });
        if (told && refused_before) reached_.add(event::sold_after_sold_out);
    }

    void count_doubt(const conversation& all, conversation::const_iterator doubt,
                     const reservation_story* is) {
        const auto later =
            std::find_if(doubt, all.end(), [](const exchange* one) { return one->is_yes(); });
        if (later != all.end()) {
            reached_.add(event::doubt_was_sold);
            if (std::any_of(doubt, later, [](const exchange* one) { return one->status == 202; }))
                reached_.add(event::accepted_then_ticket);
        } else if (is == nullptr) {
            const bool refused = all.back()->is_no();
            reached_.add(refused ? event::doubt_was_refused : event::doubt_never_ran);
        } else if (is->last().state == reservation_state::expired) {
            reached_.add(event::unclaimed_hold_expired);
        }
    }

    // --- Its end ---------------------------------------------------------------------------------

    void compare_cancel(const exchange& one) {
        if (!one.is_yes()) return;
        reached_.add(event::cancelled);
        const auto* is = story_.find(digits_of(one.about));
        if (is == nullptr || is->last().state != reservation_state::cancelled)
            found_.add(check::answer, "not cancelled: " + describe(one));
    }

    /// All that was asked with one payment of one reservation.
    void compare_payment(const conversation& all) {
        const exchange* paid = nullptr;
        const exchange* owed = nullptr;
        for (const auto* one : all) {
            if (one->is_yes()) paid = one;
            if (one->code == "refund_due") owed = one;
        }
        found_.looked_at(check::money);
        if (paid != nullptr && owed != nullptr)
            found_.add(check::money, "bought and owed" + describe(all));
        if (paid != nullptr) compare_paid(*paid, all);
        if (owed != nullptr) compare_owed(*owed);
        if (all.front()->is_doubt() && !all.back()->is_doubt())
            reached_.add(event::payment_in_doubt);
    }

    void compare_paid(const exchange& one, const conversation& all) {
        const auto* is = story_.find(digits_of(one.reservation));
        const bool bought = is != nullptr && is->last().payment == one.payment &&
                            (is->last().state == reservation_state::paid ||
                             is->last().state == reservation_state::refunded);
        if (!bought || is->first().buyer != one.buyer)
            return found_.add(check::money, "paid for nothing" + describe(all));
        if (one.reservation == one.about) return;
        reached_.add(event::late_payment_rebought);
        count_expired_while_paid(one);
    }

    void compare_owed(const exchange& one) {
        const auto owed = story_.refunds().find(digits_of(one.about) + " " + one.payment);
        if (owed == story_.refunds().end())
            return found_.add(check::money, "owed by nobody: " + describe(one));
        if (owed->second.find(" late ") != std::string::npos) {
            reached_.add(event::late_payment_owed);
            count_expired_while_paid(one);
        }
        if (owed->second.find(" second ") != std::string::npos)
            reached_.add(event::second_payment_owed);
    }

    void count_expired_while_paid(const exchange& one) {
        const auto* is = story_.find(digits_of(one.about));
        if (is != nullptr && one.sent_ms < is->first().pay_by)
            reached_.add(event::expired_while_paid);
    }

    const sale_story& story_;
    const circumstances& of_;
    findings& found_;
    event_counts& reached_;
    const sale_salt salt_;
};

}  // namespace

void check_answers(const history& asked, const sale_story& story, const circumstances& of,
                   findings& found, event_counts& reached) {
    examiner{story, of, found, reached}.examine(asked);
}

void check_ends(const sale_story& story, const circumstances& of, findings& found) {
    for (const auto& [digits, is] : story.reservations()) {
        if (is.last().state != reservation_state::expired) continue;
        found.looked_at(check::sellable);
        const auto pay_by = is.last().pay_by;
        const auto settled = is.last().settled;
        auto late = settled - pay_by;
        for (const auto& each : of.troubled) {
            const auto overlap = std::min(settled, each.until_ms) - std::max(pay_by, each.from_ms);
            late -= std::max<std::int64_t>(overlap, 0);
        }
        if (late > (back_within + machine_slack).count()) {
            found.add(check::sellable,
                      digits + " came back " + std::to_string(late) +
                          " ms of peace after its pay-by: " + is.writings.back().text);
        }
    }
}

void check_ledger(const std::vector<std::pair<std::string, std::string>>& records,
                  const sale_story& story, findings& found) {
    for (const auto& [digits, text] : records) {
        found.looked_at(check::ledger);
        const auto* is = story.find(digits);
        if (is == nullptr || is->writings.back().text != text)
            found.add(check::ledger, digits + " " + text + " is not what the journal has");
    }
    if (records.size() != story.reservations().size()) {
        found.add(check::ledger, std::to_string(records.size()) + " reservations, and " +
                                     std::to_string(story.reservations().size()) +
                                     " in the journal");
    }
}

void check_orders(const std::vector<order_row>& rows, const sale_story& story, findings& found) {
    for (const auto& row : rows) {
        found.looked_at(check::orders);
        const auto* is = story.find(row.reservation.substr(row.reservation.rfind('.') + 1));
        const bool same = is != nullptr && row.buyer == is->last().buyer &&
                          row.state == name_of(is->last().state) &&
                          row.quantity == is->last().quantity && row.tickets == is->tickets;
        if (!same) {
            found.add(check::orders, row.reservation + " " + row.state + " " + row.tickets +
                                         " is not what the journal has: " +
                                         (is == nullptr ? "nothing" : is->writings.back().text));
        }
    }
    if (rows.size() != story.reservations().size()) {
        found.add(check::orders, std::to_string(rows.size()) + " rows of " +
                                     std::to_string(story.reservations().size()) + " reservations");
    }
}

}  // namespace onsale::nemesis
