#include "audit_findings.hpp"

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace onsale::app {

namespace {

struct law_text {
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array<law_text, audit_laws> law_texts{{
    {"counters", "0 <= paid <= sold <= total <= last, and next <= last + 1"},
    {"stock", "numbers that came back + numbers never issued = remaining"},
    {"journal", "the journal ends at the ledger's version"},
    {"held", "the held reservations' tickets are as many as the counter says"},
    {"paid", "the paid reservations' tickets are as many as the counter says"},
    {"records", "every record can be read and none is newer than the ledger"},
    {"tickets", "every live ticket number was issued, and belongs to one reservation"},
    {"free_numbers", "every number that came back was issued, is listed once, and is nobody's"},
    {"buyers", "every buyer's counts are those of the buyer's reservations"},
    {"due", "every held reservation waits for its pay-by time"},
    {"owed", "every reservation's refund is the sum of the payments owed for it"},
    {"position", "neither the ledger nor the orders have gone back"},
    {"rows", "every reservation up to the orders' position has its row, and it says the same"},
    {"recorded", "every order's reservation is in the ledger"},
    {"order_tickets", "no ticket is in two live orders"},
    {"order_refunds", "what is owed is the same in the ledger and in the orders"},
}};

void check_counters(const law_counters& c, audit_report& report) {
    findings counters{report, audit_law::counters};
    counters.expect(0 <= c.paid && c.paid <= c.sold && c.sold <= c.total && c.total <= c.last &&
                        1 <= c.next && c.next <= c.last + 1,
                    [&] {
                        return fmt::format("paid {}, sold {}, total {}, last {}, next {}", c.paid,
                                           c.sold, c.total, c.last, c.next);
                    });
    findings stock{report, audit_law::stock};
    stock.expect(c.free_numbers + c.never_issued() == c.remaining(), [&] {
        return fmt::format("{} came back and {} were never issued, but {} remain", c.free_numbers,
                           c.never_issued(), c.remaining());
    });
    findings journal{report, audit_law::journal};
    journal.expect(c.journal == c.at, [&] {
        return fmt::format("the journal ends at {}, the ledger is at {}", text_of(c.journal),
                           text_of(c.at));
    });
}

void check_sum(const ledger_picture& picture, audit_law law, reservation_state state,
               std::int64_t counted, audit_report& report) {
    findings found{report, law};
    if (!picture.exact) return found.cannot_compare();
    std::int64_t sum = 0;
    for (const auto& one : picture.reservations)
        sum += one.state == state ? one.quantity : 0;
    found.expect(sum == counted, [&] {
        return fmt::format("the records add up to {} tickets, the counter says {}", sum, counted);
    });
}

void check_records(const ledger_picture& picture, audit_report& report) {
    findings found{report, audit_law::records};
    for (const auto& [id, record] : picture.unreadable) {
        found.expect(false, [&id = id, &record = record] {
            return fmt::format("{}: '{}' is no record", id, record);
        });
    }
    for (const auto& one : picture.reservations) {
        found.expect(one.written <= picture.counters.at, [&] {
            return fmt::format("{} was written at {}, the ledger is at {}", one.digits,
                               text_of(one.written), text_of(picture.counters.at));
        });
    }
}

/// Ticket numbers and whose they are.
struct owned_range {
    std::int64_t first;
    std::int64_t last;
    std::string_view digits;
};

/// Every live reservation's numbers, in order; a reservation that has not as many as it should is
/// a difference.
std::vector<owned_range> live_ranges(const ledger_picture& picture, findings& found) {
    std::vector<owned_range> ranges;
    for (const auto& one : picture.reservations) {
        if (!is_live(one.state)) continue;
        std::int64_t numbers = 0;
        const bool list = for_each_range(one.tickets, [&](std::int64_t first, std::int64_t last) {
            ranges.push_back({first, last, one.digits});
            numbers += last - first + 1;
        });
        found.expect(list && numbers == one.quantity && one.quantity > 0, [&] {
            return fmt::format("{} is of {} tickets and has '{}'", one.digits, one.quantity,
                               one.tickets);
        });
    }
    std::sort(ranges.begin(), ranges.end(), [](const owned_range& a, const owned_range& b) {
        return a.first != b.first ? a.first < b.first : a.digits < b.digits;
    });
    return ranges;
}

void check_tickets(const std::vector<owned_range>& ranges, const law_counters& c, findings& found) {
    const owned_range* widest = nullptr;  // the one before that reaches furthest
    for (const auto& range : ranges) {
        found.expect(range.first >= 1 && range.last <= c.last && range.last < c.next, [&] {
            return fmt::format("{} has ticket {}, but {} to {} were issued", range.digits,
                               range.first < 1 ? range.first : range.last, 1, c.next - 1);
        });
        found.expect(widest == nullptr || widest->last < range.first, [&] {
            return fmt::format("ticket {} is {}'s and {}'s", range.first, widest->digits,
                               range.digits);
        });
        if (widest == nullptr || range.last > widest->last) widest = &range;
    }
}

/// Nobody's: no range holds it. The ranges do not overlap, or a difference says so already.
const owned_range* owner_of(const std::vector<owned_range>& ranges, std::int64_t number) {
    auto after = std::upper_bound(
        ranges.begin(), ranges.end(), number,
        [](std::int64_t wanted, const owned_range& range) { return wanted < range.first; });
    if (after == ranges.begin()) return nullptr;
    --after;
    return number <= after->last ? &*after : nullptr;
}

void check_free_numbers(const ledger_picture& picture, const std::vector<owned_range>& ranges,
                        audit_report& report) {
    findings found{report, audit_law::free_numbers};
    std::int64_t before = 0;
    for (const auto number : picture.free_numbers) {
        found.expect(number >= 1 && number < picture.counters.next, [&] {
            return fmt::format("number {} came back, but 1 to {} were issued", number,
                               picture.counters.next - 1);
        });
        found.expect(number != before,
                     [&] { return fmt::format("number {} is listed twice", number); });
        const auto* owner = owner_of(ranges, number);
        found.expect(owner == nullptr, [&] {
            return fmt::format("number {} came back, but is {}'s", number, owner->digits);
        });
        before = number;
    }
}

using buyer_counts = std::unordered_map<std::string_view, buyer_count>;

/// What the records say of every buyer. Who named nobody is not counted.
buyer_counts count_buyers(const ledger_picture& picture) {
    buyer_counts counts;
    counts.reserve(picture.buyers.size());
    for (const auto& one : picture.reservations) {
        if (one.buyer.empty()) continue;
        auto& count = counts[one.buyer];
        count.live += is_live(one.state) ? one.quantity : 0;
        ++count.ever;
    }
    return counts;
}

void check_buyers(const ledger_picture& picture, audit_report& report) {
    findings found{report, audit_law::buyers};
    auto counts = count_buyers(picture);
    for (const auto& entry : picture.buyers) {
        const auto mine = counts.extract(entry.buyer);
        const auto by_records = mine.empty() ? buyer_count{} : mine.mapped();
        found.expect(entry.live == by_records.live && entry.ever == by_records.ever, [&] {
            return fmt::format("'{}' counts {} tickets and {} reservations, the records {} and {}",
                               entry.buyer, entry.live, entry.ever, by_records.live,
                               by_records.ever);
        });
    }
    for (const auto& [buyer, count] : counts) {
        found.expect(false, [&name = buyer, &count = count] {
            return fmt::format("'{}' has {} reservations and no count", name, count.ever);
        });
    }
}

/// A deadline stays when its reservation is paid or cancelled: the sweep looks then.
void check_due(const ledger_picture& picture, audit_report& report) {
    findings found{report, audit_law::due};
    for (const auto& entry : picture.due) {
        found.expect(picture.find(entry.digits) != nullptr,
                     [&] { return fmt::format("{} waits, but is no reservation", entry.digits); });
    }
    for (const auto& one : picture.reservations) {
        if (one.state != reservation_state::held) continue;
        const due_entry wanted{one.digits, one.pay_by};
        found.expect(std::binary_search(picture.due.begin(), picture.due.end(), wanted), [&] {
            return fmt::format("{} is held, but does not wait for its pay-by {}", one.digits,
                               one.pay_by);
        });
    }
}

void check_owed(const ledger_picture& picture, audit_report& report) {
    findings found{report, audit_law::owed};
    std::unordered_map<std::string_view, std::int64_t> sums;
    for (const auto& one : picture.refunds) {
        if (one.state != "due") continue;
        sums[one.digits] += one.amount;
        ++report.refunds_due;
        report.refunds_due_sum += one.amount;
    }
    for (const auto& one : picture.reservations) {
        const auto sum = sums.find(one.digits);
        const auto owed = sum == sums.end() ? 0 : sum->second;
        found.expect(owed == one.refund_due, [&] {
            return fmt::format("{} is owed {}, and its payments say {}", one.digits, one.refund_due,
                               owed);
        });
    }
}

/// What comes from one atomic step, or holds whatever moves between two: it is told at once.
bool is_certain(audit_law law) {
    return law < audit_law::held || law > audit_law::owed;
}

}  // namespace

std::string_view name_of(audit_law law) noexcept {
    return law_texts[static_cast<std::size_t>(law)].name;
}

std::string_view sentence_of(audit_law law) noexcept {
    return law_texts[static_cast<std::size_t>(law)].sentence;
}

std::int64_t audit_report::difference_count() const {
    return std::accumulate(
        results.begin(), results.end(), std::int64_t{0},
        [](std::int64_t sum, const law_result& result) { return sum + result.differences; });
}

audit_report check_law(const ledger_picture& picture, const orders::order_snapshot* orders,
                       ledger_version ordered) {
    const auto& counters = picture.counters;
    audit_report report;
    report.exact = picture.exact;
    report.counters = counters;
    report.reservations = static_cast<std::int64_t>(picture.reservations.size());
    check_counters(counters, report);
    check_sum(picture, audit_law::held, reservation_state::held, counters.held(), report);
    check_sum(picture, audit_law::paid, reservation_state::paid, counters.paid, report);
    check_records(picture, report);
    findings tickets{report, audit_law::tickets};
    const auto ranges = live_ranges(picture, tickets);
    check_tickets(ranges, counters, tickets);
    check_free_numbers(picture, ranges, report);
    check_buyers(picture, report);
    check_due(picture, report);
    check_owed(picture, report);
    if (orders != nullptr) {
        check_orders(picture, *orders, ordered, report);
    } else {
        for (auto law = static_cast<std::size_t>(audit_law::position); law < audit_laws; ++law)
            report.results[law].compared = false;
    }
    return report;
}

void keep_confirmed(audit_report& report, const audit_report& earlier) {
    const auto confirmed = [&](const difference& one) {
        return is_certain(one.law) ||
               std::find(earlier.differences.begin(), earlier.differences.end(), one) !=
                   earlier.differences.end();
    };
    std::erase_if(report.differences, [&](const auto& one) { return !confirmed(one); });
    for (auto& result : report.results)
        result.differences = 0;
    for (const auto& one : report.differences) {
        ++report.results[static_cast<std::size_t>(one.law)].differences;
    }
}

}  // namespace onsale::app
