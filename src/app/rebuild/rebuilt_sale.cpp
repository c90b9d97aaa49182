#include "rebuilt_sale.hpp"

#include "onsale/core/limits.hpp"

#include <algorithm>
#include <iterator>
#include <map>

namespace onsale::app {

namespace {

using orders::order_snapshot;

struct buyer_count {
    std::int64_t live = 0;
    std::int64_t ever = 0;
};

/// Every reservation's newest state: its row, or what its dead letter holds. Where it ended without
/// a row before, only the letter knows its tickets.
std::vector<reservation> newest(const order_snapshot& orders) {
    std::vector<reservation> all;
    all.reserve(orders.orders.size() + orders.lettered.size());
    auto letter = orders.lettered.begin();
    for (const auto& row : orders.orders) {
        while (letter != orders.lettered.end() && letter->digits < row.digits)
            all.push_back(*letter++);
        if (letter == orders.lettered.end() || row.digits < letter->digits) {
            all.push_back(row);
            continue;
        }
        auto one = letter->written >= row.written ? *letter : row;
        if (one.tickets.empty()) one.tickets = letter->tickets;
        all.push_back(one);
        ++letter;
    }
    all.insert(all.end(), letter, orders.lettered.end());
    return all;
}

/// From the reservations to the ledger, one after the other.
class rebuilder {
  public:
    rebuilder(const order_snapshot& from, const std::optional<last_heard>& heard,
              const rebuild_moment& at)
        : orders_{from}, at_{at} {
        const bool believed = heard && heard->by_all && heard->at >= from.position &&
                              from.unreadable.empty() && !from.terms->has_gap;
        if (believed) heard_ = heard;
        // What is below the orders may be of another sale, unless there are entries they lack.
        const bool may_be_ours = heard && (heard->at >= from.position || !from.unreadable.empty());
        if (may_be_ours) sale_.last = heard->last;
        if (!heard_) {
            sale_.unknown_versions = -1;
        } else if (heard_->at.epoch == from.position.epoch) {
            sale_.unknown_versions = heard_->at.version - from.position.version;
        } else {
            sale_.unknown_versions = heard_->at.version;
        }
        sale_.from = from.position;
        sale_.terms = *from.terms;
    }

    [[nodiscard]] or_complaint<rebuilt_sale> make() {
        for (const auto& one : newest(orders_))
            take(one);
        take_refunds();
        for (const auto& [buyer, count] : buyers_) {
            sale_.buyers.emplace_back(
                buyer, std::to_string(count.live) + ':' + std::to_string(count.ever));
        }
        if (ticket_set{live_}.size() != sale_.sold) {
            return complaint{
                "by the orders, a ticket is in two reservations: 'onsale audit' names them; "
                "nothing "
                "can be rebuilt from that"};
        }
        deal();
        return std::move(sale_);
    }

  private:
    void take(const reservation& from) {
        auto one = from;
        const bool is_held = one.state == reservation_state::held;
        const bool lapses = is_held && one.pay_by <= at_.now && sale_.unknown_versions != 0;
        auto& numbers = lapses ? lapsed_ : is_live(one.state) ? live_ : ended_;
        for_each_range(one.tickets, [&](std::int64_t first, std::int64_t last) {
            numbers.push_back({first, last});
        });
        if (lapses) lapse(one);
        if (!is_live(one.state)) one.tickets = {};
        std::string record;
        append_record(record, one);
        if (lapses) add_line(one.digits, record);
        sale_.reservations.emplace_back(one.digits, std::move(record));
        count(one);
    }

    /// Its journal entry follows that of the rebuild, among as many as an entry may have (L3).
    void lapse(reservation& one) {
        one.state = reservation_state::expired;
        one.settled = at_.now;
        const auto entry = sale_.lapsed_count / static_cast<std::int64_t>(limits::batch);
        one.written = {at_.epoch, 2 + entry};
    }

    void add_line(std::string_view digits, const std::string& record) {
        const bool begins = sale_.lapsed_count++ % static_cast<std::int64_t>(limits::batch) == 0;
        if (begins) sale_.lapsed.emplace_back();
        auto& text = sale_.lapsed.back();
        if (!text.empty()) text += '\n';
        text.append(digits) += ' ' + record;
    }

    void count(const reservation& one) {
        const bool live = is_live(one.state);
        if (one.state == reservation_state::held) {
            sale_.due.emplace_back(std::to_string(one.pay_by), one.digits);
            sale_.doubtful += sale_.unknown_versions != 0 ? 1 : 0;
        }
        sale_.sold += live ? one.quantity : 0;
        sale_.paid += one.state == reservation_state::paid ? one.quantity : 0;
        if (one.buyer.empty()) return;
        auto& mine = buyers_[one.buyer];
        mine.live += live ? one.quantity : 0;
        ++mine.ever;
    }

    void take_refunds() {
        std::map<std::string_view, std::map<std::string_view, const orders::ordered_refund*>> all;
        for (const auto* some : {&orders_.refunds, &orders_.lettered_refunds}) {
            for (const auto& one : *some) {
                auto& known = all[one.digits][one.payment];
                const bool is_old = known != nullptr && known->state == "done";  // for good
                if (!is_old) known = &one;
            }
        }
        for (const auto& [digits, payments] : all) {
            std::string text;
            for (const auto& [payment, one] : payments) {
                if (!text.empty()) text += ';';
                text.append(payment) += ' ' + std::to_string(one->amount) + ' ';
                text.append(one->state) += ' ';
                text.append(one->reason) += ' ' + std::to_string(one->since) + ' ';
                text += std::to_string(one->done);
                sale_.owed += one->state == "due" ? 1 : 0;
            }
            sale_.refunds.emplace_back(digits, std::move(text));
        }
    }

    /// Every number to where it belongs: a buyer, those that came back, those never issued, those
    /// withheld, those that left.
    void deal() {
        const auto& terms = sale_.terms;
        const ticket_set live{live_};
        const auto withdrawn =
            ticket_set::parse(terms.withdrawn).value_or(ticket_set{}).without(live);
        const auto withheld = ticket_set::parse(terms.withheld)
                                  .value_or(ticket_set{})
                                  .with(ticket_set{lapsed_})
                                  .without(live);
        const auto issued = live.with(ticket_set{ended_}).with(withdrawn).with(withheld);
        sale_.last = std::max({terms.last, issued.highest(), sale_.last});
        sale_.next = issued.highest() + 1;
        auto free =
            ticket_set{1, issued.highest()}.without(live).without(withdrawn).without(withheld);

        // As many as there were; what is more has been withdrawn, and the orders do not know it.
        const auto total = terms.total + (sale_.last - terms.last) - ticket_set{lapsed_}.size();
        const auto never_issued = sale_.last - sale_.next + 1;
        const auto surplus =
            std::max<std::int64_t>(0, live.size() + free.size() + never_issued - total);
        const auto skipped = std::min(surplus, never_issued);
        sale_.vanished =
            ticket_set{sale_.next, sale_.next + skipped - 1}.with(free.lowest(surplus - skipped));
        sale_.next += skipped;
        free = free.without(sale_.vanished);

        sale_.withheld = withheld.with(unknown_of(free));
        sale_.free = free.without(sale_.withheld);
        sale_.next = std::max(sale_.next, std::min(sale_.withheld.highest(), sale_.last) + 1);
        sale_.total = live.size() + sale_.free.size() + (sale_.last - sale_.next + 1);
    }

    /// Those among the free and the never issued that may have been given since the last order.
    [[nodiscard]] ticket_set unknown_of(const ticket_set& free) const {
        if (!heard_) return free.with({sale_.next, sale_.last});
        if (sale_.unknown_versions == 0) return {};
        return free.with({sale_.next, std::min(heard_->next - 1, sale_.last)});
    }

    const order_snapshot& orders_;
    const rebuild_moment at_;
    std::optional<last_heard> heard_;  // if it is believed
    rebuilt_sale sale_;
    std::map<std::string_view, buyer_count> buyers_;
    std::vector<ticket_set::range> live_;
    std::vector<ticket_set::range> ended_;
    std::vector<ticket_set::range> lapsed_;
};

}  // namespace

or_complaint<rebuilt_sale> rebuild_sale(const order_snapshot& orders,
                                        const std::optional<last_heard>& heard,
                                        const rebuild_moment& at) {
    if (!orders.terms) {
        return complaint{
            "the order database does not know on what terms the sale was opened; nothing can be "
            "rebuilt from that"};
    }
    if (orders.terms->state == sale_state::removed) {
        return complaint{"by its orders the sale was removed, and is not made anew"};
    }
    return rebuilder{orders, heard, at}.make();
}

}  // namespace onsale::app
