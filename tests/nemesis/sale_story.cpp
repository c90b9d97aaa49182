#include "nemesis/sale_story.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <utility>

namespace onsale::nemesis {

namespace {

constexpr auto never = std::numeric_limits<std::int64_t>::max();

std::string field(const journal_fields& fields, const std::string& name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string{} : found->second;
}

template <class Visitor>
void for_each_line(std::string_view text, Visitor visit) {
    while (!text.empty())
        visit(cut(text, '\n'));
}

template <class Visitor>
void for_each_ticket(std::string_view list, Visitor visit) {
    static_cast<void>(for_each_range(list, [&](std::int64_t first, std::int64_t last) {
        for (auto number = first; number <= last; ++number)
            visit(number);
    }));
}

/// L20: what may follow what. The same state again is a change of what is owed.
bool may_follow(reservation_state before, reservation_state after) {
    using enum reservation_state;
    if (before == after) return true;
    if (before == held) return after == paid || after == cancelled || after == expired;
    return before == paid && after == refunded;
}

}  // namespace

sale_story::sale_story(const std::map<ledger_version, journal_fields>& journal, std::int64_t limit,
                       findings& found)
    : limit_{limit}, found_{found} {
    std::int64_t expected = 1;
    for (const auto& [at, fields] : journal) {
        if (at.version != expected) {
            wrong(check::journal, "after version " + std::to_string(expected - 1) + " comes " +
                                      std::to_string(at.version));
        }
        expected = at.version + 1;
        read(at, fields);
    }
    found_.looked_at(check::journal, static_cast<std::int64_t>(journal.size()));
    // Those that do not tell when they were began before the next one that does.
    auto next = never;
    for (auto one = chapters_.rbegin(); one != chapters_.rend(); ++one) {
        if (one->latest == 0) {
            one->latest = next;
        } else {
            next = one->latest;
        }
    }
}

const reservation_story* sale_story::find(const std::string& digits) const {
    const auto found = reservations_.find(digits);
    return found == reservations_.end() ? nullptr : &found->second;
}

void sale_story::wrong(check what, const std::string& sentence) {
    found_.add(what, "version " + std::to_string(at_.version) + ": " + sentence);
}

void sale_story::read(ledger_version at, const journal_fields& fields) {
    at_ = at;
    clock_ = 0;
    const auto change = field(fields, "change");
    if (change == "reserve" || change == "settle") {
        for_each_line(field(fields, "records"),
                      [&](std::string_view line) { read_record(at, line); });
        for_each_line(field(fields, "refunds"), [&](std::string_view line) {
            std::string key{cut(line, ' ')};
            key += ' ';
            key += cut(line, ' ');
            refunds_[key] = line;
        });
    } else {
        read_adjustment(change, fields);
    }
    close_chapter(at);
}

void sale_story::read_adjustment(const std::string& change, const journal_fields& fields) {
    const auto number = [&](const char* name, std::int64_t otherwise) {
        return parse_integer(field(fields, name)).value_or(otherwise);
    };
    total_ = number("total", total_);
    if (change == "open") {
        last_number_ = total_;
        return;
    }
    last_number_ = number("last", last_number_);
    state_ = field(fields, "state");
}

void sale_story::read_record(ledger_version at, std::string_view line) {
    const std::string digits{cut(line, ' ')};
    auto& of = reservations_[digits];
    auto& writing = of.writings.emplace_back();
    writing.text = line;
    const auto parsed = parse_record(digits, writing.text);
    if (!parsed) {
        wrong(check::journal, "no record: " + digits + " " + writing.text);
        of.writings.pop_back();
        if (of.writings.empty()) reservations_.erase(digits);
        return;
    }
    writing.record = *parsed;
    writing.record.digits = reservations_.find(digits)->first;
    if (writing.record.written != at) wrong(check::journal, digits + " names another version");
    clock_ = std::max({clock_, parsed->reserved, parsed->settled});
    found_.looked_at(check::ends_once);
    if (of.writings.size() == 1) {
        begin_reservation(digits, of);
    } else {
        go_on(digits, of, of.writings[of.writings.size() - 2].record);
    }
}

void sale_story::begin_reservation(const std::string& digits, reservation_story& of) {
    const auto& now = of.first();
    const bool born_paid = now.state == reservation_state::paid && !now.payment.empty();
    if (now.state != reservation_state::held && !born_paid)
        wrong(check::ends_once, digits + " begins as " + std::string{name_of(now.state)});
    of.tickets = now.tickets;
    take(digits, now);
}

void sale_story::go_on(const std::string& digits, reservation_story& of,
                       const reservation& before) {
    const auto& now = of.last();
    if (!may_follow(before.state, now.state)) {
        wrong(check::ends_once, digits + " was " + std::string{name_of(before.state)} +
                                    " and became " + std::string{name_of(now.state)});
    }
    if (now.buyer != before.buyer || now.quantity != before.quantity ||
        now.reserved != before.reserved) {
        wrong(check::ends_once, digits + " became another buyer's, or of another quantity");
    }
    if (is_live(now.state) && now.tickets != of.tickets)
        wrong(check::tickets, digits + " changed its tickets");
    if (before.state == now.state) return;
    found_.looked_at(check::pay_by);
    if (now.state == reservation_state::paid) {
        paid_ += now.quantity;
        if (now.settled >= now.pay_by) wrong(check::pay_by, digits + " was paid after its pay-by");
        return;
    }
    if (now.state == reservation_state::expired && now.settled < now.pay_by)
        wrong(check::pay_by, digits + " expired before its pay-by");
    if (before.state == reservation_state::paid) paid_ -= now.quantity;
    give_back(of, now);
}

void sale_story::take(const std::string& digits, const reservation& by) {
    std::int64_t count = 0;
    for_each_ticket(by.tickets, [&](std::int64_t number) {
        ++count;
        const auto [owner, is_free] = owners_.emplace(number, digits);
        if (!is_free) {
            wrong(check::tickets, "ticket " + std::to_string(number) + " of " + digits +
                                      " is also of " + owner->second);
        }
        if (number < 1 || number > last_number_)
            wrong(check::tickets, "there is no ticket " + std::to_string(number));
    });
    found_.looked_at(check::tickets, count);
    if (count != by.quantity)
        wrong(check::tickets, digits + " has " + std::to_string(count) + " tickets");
    sold_ += by.quantity;
    if (by.state == reservation_state::paid) paid_ += by.quantity;
    if (by.buyer.empty()) return;
    const auto live = change_live(by.buyer, by.quantity);
    found_.looked_at(check::limit);
    if (limit_ > 0 && live > limit_) {
        wrong(check::limit, std::string{by.buyer} + " has " + std::to_string(live) + " tickets");
    }
}

void sale_story::give_back(const reservation_story& of, const reservation& by) {
    for_each_ticket(of.tickets, [&](std::int64_t number) { owners_.erase(number); });
    sold_ -= by.quantity;
    if (!by.buyer.empty()) change_live(by.buyer, -by.quantity);
}

/// Returns how many the buyer has then.
std::int64_t sale_story::change_live(std::string_view buyer, std::int64_t by) {
    auto& all = live_[std::string{buyer}];
    all.push_back({chapters_.size(), (all.empty() ? 0 : all.back().count) + by});
    return all.back().count;
}

std::int64_t sale_story::most_of(const std::string& buyer, std::int64_t from,
                                 std::int64_t until) const {
    const auto all = live_.find(buyer);
    if (all == live_.end()) return 0;
    const auto first = first_after(from);
    std::int64_t most = 0;
    for (const auto& one : all->second) {
        if (chapters_[one.since].earliest > until) break;
        // What came before those instants counts as it was when they began.
        most = one.since <= first ? one.count : std::max(most, one.count);
    }
    return most;
}

void sale_story::close_chapter(ledger_version at) {
    found_.looked_at(check::stock);
    if (sold_ > total_) {
        wrong(check::stock, std::to_string(sold_) + " of " + std::to_string(total_) + " are sold");
    }
    const auto before = chapters_.empty() ? 0 : chapters_.back().earliest;
    // A change of what is owed alone writes a record whose times are those of long ago.
    if (clock_ < before) clock_ = 0;
    chapters_.push_back({.at = at,
                         .earliest = std::max(clock_, before),
                         .latest = clock_,
                         .remaining = total_ - sold_,
                         .state = state_});
}

std::string sale_story::stock_between(std::int64_t from, std::int64_t until) const {
    constexpr std::size_t most = 40;
    std::string text;
    const auto first = first_after(from);
    for (auto i = first; i < chapters_.size() && i < first + most; ++i) {
        const auto& one = chapters_[i];
        if (one.earliest > until) break;
        text += " [" + std::to_string(one.at.version) + " " + one.state + " " +
                std::to_string(one.earliest - from) + "-" + std::to_string(one.latest - from) +
                " ms: " + std::to_string(one.remaining) + "]";
    }
    return text;
}

std::size_t sale_story::first_after(std::int64_t from) const {
    // A chapter ends when the next one begins, at the latest.
    auto one = std::partition_point(chapters_.begin(), chapters_.end(),
                                    [&](const chapter& each) { return each.latest < from; });
    if (one != chapters_.begin()) --one;
    return static_cast<std::size_t>(one - chapters_.begin());
}

}  // namespace onsale::nemesis
