#include "audit_findings.hpp"

#include "onsale/core/reservation.hpp"

#include <algorithm>
#include <utility>

// The ledger against the orders, both ways. The orders were read first, at their position P, and
// records never leave the ledger while the sale lives. So whatever moved meanwhile: every record
// that was written at or below P has a row, and every row has a record that is not older.

namespace onsale::app {

namespace {

using orders::order_snapshot;
using orders::ordered_refund;

template <class Entries>
auto find_by_digits(const Entries& entries, std::string_view digits) {
    const auto found = std::lower_bound(
        entries.begin(), entries.end(), digits,
        [](const auto& one, std::string_view wanted) { return one.digits < wanted; });
    return found != entries.end() && found->digits == digits ? &*found : nullptr;
}

/// A row keeps the numbers of an ended reservation, which its record gives back.
bool says_the_same(const reservation& row, const reservation& record) {
    return row.state == record.state && row.quantity == record.quantity &&
           row.buyer == record.buyer && row.payment == record.payment &&
           row.refund_due == record.refund_due && row.pay_by == record.pay_by &&
           row.reserved == record.reserved && row.settled == record.settled &&
           (!is_live(record.state) || row.tickets == record.tickets);
}

std::string text_of(const reservation& one) {
    std::string text;
    append_record(text, one);
    return text;
}

class comparison {
  public:
    comparison(const ledger_picture& picture, const order_snapshot& orders, audit_report& report)
        : picture_{picture}, orders_{orders}, report_{report} {}

    void check_position(ledger_version ordered) {
        const auto& at = picture_.counters.at;
        const auto state = picture_.counters.state;
        findings found{report_, audit_law::position};
        found.expect(state != sale_state::missing, [&] {
            return fmt::format("the ledger has lost the sale; the orders are at {}",
                               app::text_of(orders_.position));
        });
        if (state == sale_state::missing) return;
        found.expect(state != sale_state::frozen, [&] {
            return fmt::format(
                "the sale is frozen: the ledger went back, to {}; the orders are at {}",
                app::text_of(at), app::text_of(orders_.position));
        });
        found.expect(orders_.position <= at || state == sale_state::frozen, [&] {
            return fmt::format("the ledger is at {}, behind the orders, which are at {}",
                               app::text_of(at), app::text_of(orders_.position));
        });
        found.expect(orders_.is_followed || at.epoch <= 1, [&] {
            return fmt::format("the orders do not know the sale, which was rebuilt, to {}",
                               app::text_of(at));
        });
        found.expect(ordered <= orders_.position, [&] {
            return fmt::format("the orders are at {}, and had told the ledger that they were at {}",
                               app::text_of(orders_.position), app::text_of(ordered));
        });
    }

    void check_rows() {
        findings found{report_, audit_law::rows};
        for (const auto& record : picture_.reservations) {
            const auto* row = find_by_digits(orders_.orders, record.digits);
            if (row != nullptr && row->written == record.written) {
                found.expect(says_the_same(*row, record), [&] {
                    return fmt::format("{}: the order says {}, the ledger {}", record.digits,
                                       text_of(*row), text_of(record));
                });
            } else if (must_have_row(record)) {
                found.expect(row != nullptr && row->written > record.written, [&] {
                    return row == nullptr
                               ? fmt::format("{} was written at {} and has no order", record.digits,
                                             app::text_of(record.written))
                               : fmt::format("{} was written at {}, and its order is of {}",
                                             record.digits, app::text_of(record.written),
                                             app::text_of(row->written));
                });
            }
        }
    }

    void check_recorded() {
        findings found{report_, audit_law::recorded};
        for (const auto& row : orders_.orders) {
            const auto* record = picture_.find(row.digits);
            found.expect(record != nullptr, [&] {
                return fmt::format("{} is in the orders ({}, tickets {}), not in the ledger",
                                   row.digits, name_of(row.state), row.tickets);
            });
            if (record == nullptr) continue;
            found.expect(record->written >= row.written, [&] {
                return fmt::format("{} is {} by its order, of {}, and {} in the ledger, of {}",
                                   row.digits, name_of(row.state), app::text_of(row.written),
                                   name_of(record->state), app::text_of(record->written));
            });
        }
    }

    void check_tickets() {
        findings found{report_, audit_law::order_tickets};
        std::vector<std::pair<std::int64_t, std::int64_t>> ranges;
        for (const auto& row : orders_.orders) {
            const bool is_outdated = find_by_digits(orders_.lettered, row.digits) != nullptr;
            if (!is_live(row.state) || is_outdated) continue;
            for_each_range(row.tickets, [&](std::int64_t first, std::int64_t last) {
                ranges.emplace_back(first, last);
            });
        }
        std::sort(ranges.begin(), ranges.end());
        std::int64_t before = 0;
        for (const auto& [first, last] : ranges) {
            found.expect(before < first,
                         [&, at = first] { return fmt::format("ticket {} is in two orders", at); });
            before = std::max(before, last);
        }
    }

    void check_refunds() {
        findings found{report_, audit_law::order_refunds};
        for (const auto& owed : picture_.refunds) {
            const auto* record = picture_.find(owed.digits);
            if (record == nullptr || !must_have_row(*record)) continue;
            const auto* row = find_refund(orders_.refunds, owed);
            found.expect(row != nullptr && row->amount == owed.amount && row->state == owed.state,
                         [&] {
                             return fmt::format(
                                 "{}: payment {} of {} is {} in the ledger, {} in the "
                                 "orders",
                                 owed.digits, owed.payment, owed.amount, owed.state,
                                 row == nullptr ? "nothing" : row->state);
                         });
        }
        for (const auto& row : orders_.refunds) {
            found.expect(find_refund(picture_.refunds, row) != nullptr, [&] {
                return fmt::format("{}: payment {} is {} by the orders, and nothing in the ledger",
                                   row.digits, row.payment, row.state);
            });
        }
    }

  private:
    /// Written at or below the orders' position, and not among the open dead letters.
    [[nodiscard]] bool must_have_row(const reservation& record) const {
        const auto& unreadable = orders_.unreadable;
        return record.written <= orders_.position &&
               find_by_digits(orders_.lettered, record.digits) == nullptr &&
               !std::binary_search(unreadable.begin(), unreadable.end(), record.written);
    }

    /// Both lists are ordered by reservation and payment.
    static const ordered_refund* find_refund(const std::vector<ordered_refund>& among,
                                             const ordered_refund& wanted) {
        const auto key = [](const auto& one) { return std::pair{one.digits, one.payment}; };
        const auto found =
            std::lower_bound(among.begin(), among.end(), wanted,
                             [&](const auto& a, const auto& b) { return key(a) < key(b); });
        return found != among.end() && key(*found) == key(wanted) ? &*found : nullptr;
    }

    const ledger_picture& picture_;
    const order_snapshot& orders_;
    audit_report& report_;
};

}  // namespace

void check_orders(const ledger_picture& picture, const order_snapshot& orders,
                  ledger_version ordered, audit_report& report) {
    comparison compared{picture, orders, report};
    compared.check_position(ordered);
    compared.check_rows();
    compared.check_recorded();
    compared.check_tickets();
    compared.check_refunds();
    const auto& at = picture.counters.at;
    const bool is_same_epoch = at.epoch == orders.position.epoch;
    const auto behind = is_same_epoch ? at.version - orders.position.version : at.version;
    report.orders = orders_summary{.position = orders.position,
                                   .behind = at > orders.position ? behind : 0,
                                   .lag_ms = orders.lag_ms,
                                   .rows = std::ssize(orders.orders),
                                   .letters = orders.letters};
}

}  // namespace onsale::app
