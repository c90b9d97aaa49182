#include "support/law.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace onsale::test {

namespace {

using text_map = std::map<std::string, std::string>;

/// The whole of one sale, as it lies in Redis.
struct snapshot {
    text_map sale;
    text_map records;
    text_map buyers;
    text_map due;
    text_map refunds;
    std::vector<std::string> free;
    std::vector<redis::reply> journal;

    [[nodiscard]] std::int64_t number(const std::string& name) const {
        return parse_integer(sale.at(name)).value();
    }
};

text_map to_map(const redis::reply& pairs) {
    text_map result;
    for (std::size_t i = 0; i + 1 < pairs.list.size(); i += 2) {
        result[pairs.list[i].text] = pairs.list[i + 1].text;
    }
    return result;
}

snapshot take(ledger_client& ledger) {
    snapshot all;
    all.sale = to_map(ledger.command({"HGETALL", ledger.key()}));
    all.records = to_map(ledger.command({"HGETALL", ledger.key("reservations")}));
    all.refunds = to_map(ledger.command({"HGETALL", ledger.key("refunds")}));
    all.buyers = to_map(ledger.command({"HGETALL", ledger.key("buyers")}));
    all.due = to_map(ledger.command({"ZRANGE", ledger.key("due"), "0", "-1", "WITHSCORES"}));
    for (const auto& number : ledger.command({"LRANGE", ledger.key("free"), "0", "-1"}).list) {
        all.free.push_back(number.text);
    }
    all.journal = ledger.command({"XRANGE", ledger.key("journal"), "-", "+"}).list;
    return all;
}

/// Goes through a sale and collects what does not hold.
class auditor {
  public:
    explicit auditor(const snapshot& all) : all_{all} {}

    std::vector<std::string> breaches() {
        for (const auto& [id, text] : all_.records) {
            see_record(id, text);
        }
        see_free();
        compare_counters();
        compare_buyers();
        see_due();
        see_journal();
        return breaches_;
    }

  private:
    template <class Value>
    void same(const std::string& what, const Value& found, const Value& wanted) {
        if (found != wanted) breaches_.push_back(what + " are not as the records say");
    }

    void same(const std::string& what, std::int64_t found, std::int64_t wanted) {
        if (found == wanted) return;
        breaches_.push_back(what + ": " + std::to_string(found) + ", not " +
                            std::to_string(wanted));
    }

    /// A number that somebody has or that came back: issued once, and nobody else's.
    void claim_number(std::int64_t number, const std::string& who) {
        if (number < 1 || number >= all_.number("next") || !numbers_.insert(number).second) {
            breaches_.push_back("ticket " + std::to_string(number) + " of " + who +
                                " was never issued, or somebody else's");
        }
    }

    void see_record(const std::string& id, const std::string& text) {
        const auto record = parse_record(id, text);
        if (!record) {
            breaches_.push_back("no record: " + id + " " + text);
            return;
        }
        const auto numbers = ticket_numbers(record->tickets);
        const auto live = is_live(record->state) ? record->quantity : 0;
        same("tickets of " + id, static_cast<std::int64_t>(numbers.size()), live);
        for (const auto number : numbers) {
            claim_number(number, id);
        }
        sold_ += live;
        same("what is owed for " + id, record->refund_due, owed_for(id));
        if (record->state == reservation_state::paid) paid_ += live;
        if (record->state == reservation_state::held) {
            deadlines_.emplace(record->pay_by, id);
        }
        if (record->buyer.empty()) return;
        auto& [tickets, ever] = buyers_[std::string{record->buyer}];
        tickets += live;
        ++ever;
    }

    /// The sum of the payments that are to be sent back.
    [[nodiscard]] std::int64_t owed_for(const std::string& id) {
        const auto found = all_.refunds.find(id);
        std::string_view entries = found == all_.refunds.end() ? std::string_view{} : found->second;
        std::int64_t sum = 0;
        while (!entries.empty()) {
            auto entry = cut(entries, ';');
            (void)cut(entry, ' ');
            const auto amount = parse_integer(cut(entry, ' '));
            if (cut(entry, ' ') != "due") continue;
            sum += amount.value();
            ++refunds_due_;
        }
        return sum;
    }

    /// Every held reservation waits for its pay-by, and the sale knows the first of all.
    void see_due() {
        for (const auto& [ids, score] : all_.due) {
            const auto pay_by = parse_integer(score).value();
            if (earliest_ == 0 || pay_by < earliest_) earliest_ = pay_by;
            for (std::size_t at = 0; at < ids.size(); at += limits::id_digits) {
                deadlines_.erase({pay_by, ids.substr(at, limits::id_digits)});
            }
        }
        for (const auto& [pay_by, id] : deadlines_) {
            breaches_.push_back(id + " is held, but does not wait for its pay-by");
        }
        same("the earliest pay-by", all_.number("due"), earliest_);
    }

    void see_free() {
        for (const auto& text : all_.free) {
            claim_number(parse_integer(text).value_or(0), "the free list");
        }
    }

    void compare_counters() {
        const auto never_issued = all_.number("last") - all_.number("next") + 1;
        const auto remaining = all_.number("total") - all_.number("sold");
        same("sold", all_.number("sold"), sold_);
        same("refunds due", all_.number("owed"), refunds_due_);
        same("paid", all_.number("paid"), paid_);
        same("numbers to give", static_cast<std::int64_t>(all_.free.size()) + never_issued,
             remaining);
        if (remaining < 0) breaches_.emplace_back("oversold");
    }

    void compare_buyers() {
        text_map wanted;
        for (const auto& [buyer, counts] : buyers_) {
            wanted[buyer] = std::to_string(counts.first) + ":" + std::to_string(counts.second);
        }
        same("the buyers' counts", all_.buyers, wanted);
    }

    /// One version, one entry; and a held record is where its version says.
    void see_journal() {
        const auto epoch = all_.sale.at("epoch");
        same("journal entries", static_cast<std::int64_t>(all_.journal.size()),
             all_.number("version"));
        for (std::size_t i = 0; i < all_.journal.size(); ++i) {
            const auto wanted = epoch + "-" + std::to_string(i + 1);
            const auto& found = all_.journal[i].list.at(0).text;
            if (found != wanted) breaches_.push_back("entry " + found + ", not " + wanted);
        }
        for (const auto& [id, text] : all_.records) {
            if (!is_in_journal(id, text)) breaches_.push_back("not in the journal: " + id);
        }
    }

    [[nodiscard]] bool is_in_journal(const std::string& id, const std::string& text) const {
        const auto record = parse_record(id, text);
        if (!record) return false;
        const auto place = static_cast<std::size_t>(record->written.version) - 1;
        if (place >= all_.journal.size()) return false;
        auto fields = to_map(all_.journal[place].list.at(1));
        const auto lines = "\n" + fields["records"] + "\n";
        return lines.find("\n" + id + " " + text + "\n") != std::string::npos;
    }

    const snapshot& all_;
    std::vector<std::string> breaches_;
    std::set<std::int64_t> numbers_;
    std::map<std::string, std::pair<std::int64_t, std::int64_t>> buyers_;
    std::set<std::pair<std::int64_t, std::string>> deadlines_;  // of those held
    std::int64_t earliest_ = 0;
    std::int64_t refunds_due_ = 0;
    std::int64_t sold_ = 0;
    std::int64_t paid_ = 0;
};

}  // namespace

std::vector<std::string> breaches_of_law(ledger_client& ledger) {
    const auto all = take(ledger);
    if (all.sale.empty()) return {"there is no sale " + ledger.sale()};
    return auditor{all}.breaches();
}

std::string describe(const std::vector<std::string>& breaches) {
    std::string text;
    for (const auto& breach : breaches) {
        text += breach + "\n";
    }
    return text;
}

}  // namespace onsale::test
