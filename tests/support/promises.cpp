#include "support/promises.hpp"

#include "support/law.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace onsale::test {

namespace {

/// A reservation as the ledger has it.
struct held_record {
    std::string digits;
    std::string buyer;
    std::vector<std::int64_t> tickets;
    bool live = false;
};

/// Goes through a crowd's memory and collects what should not be there.
class reckoning {
  public:
    explicit reckoning(ledger_client& ledger) : ledger_{ledger} {
        const auto all = ledger.command({"HGETALL", ledger.key("reservations")}).list;
        for (std::size_t i = 0; i + 1 < all.size(); i += 2) {
            see(all[i].text, all[i + 1].text);
        }
        sold_out_ = ledger.field("sold") == ledger.field("total");
    }

    void compare(const buyer& one, expectation expected) {
        const auto mine = records_.equal_range(one.name);
        const auto count = std::distance(mine.first, mine.second);
        if (count > 1) complain(one, "one key bought " + std::to_string(count) + " times (P4)");
        const auto* record = count == 0 ? nullptr : &mine.first->second;
        if (record != nullptr) ++seen_;
        for (const auto& answer : one.answers) {
            if (answer.is_yes()) compare_yes(one, answer, record);
            if (answer.code == "sold_out" && expected.no_returns) compare_sold_out(one, answer);
        }
        if (record != nullptr) expect_told(one);
    }

    void compare_all(const crowd& asked, expectation expected) {
        for (const auto& one : asked.buyers()) {
            if (!one.answers.empty()) compare(one, expected);
        }
        if (expected.whole_crowd && seen_ != records_.size()) {
            breaches_.push_back(std::to_string(records_.size() - seen_) +
                                " reservations are nobody's");
        }
    }

    [[nodiscard]] std::vector<std::string> breaches() && { return std::move(breaches_); }

  private:
    void see(const std::string& id, const std::string& text) {
        const auto parsed = parse_record(id, text);
        if (!parsed) {
            breaches_.push_back("no record: " + id + " " + text);
            return;
        }
        last_reserved_ = std::max(last_reserved_, parsed->reserved);
        records_.emplace(std::string{parsed->buyer},
                         held_record{id, std::string{parsed->buyer},
                                     ticket_numbers(parsed->tickets), is_live(parsed->state)});
    }

    void complain(const buyer& one, const std::string& what) {
        std::string heard;
        for (const auto& answer : one.answers) {
            heard += " " + std::to_string(answer.status) + " " + answer.code;
        }
        breaches_.push_back(one.name + ": " + what + "; told" + heard);
    }

    void compare_yes(const buyer& one, const told& answer, const held_record* record) {
        if (record == nullptr || !record->live) return complain(one, "the ticket is lost (P3)");
        const bool same = answer.reservation == ledger_.sale() + "." + record->digits &&
                          answer.buyer == one.name && answer.tickets == record->tickets;
        if (!same)
            complain(one, "was told " + answer.reservation + " of " + answer.buyer + " (P9)");
    }

    /// Nothing came back, so the ledger had too few from its last reservation on.
    void compare_sold_out(const buyer& one, const told& answer) {
        if (!sold_out_ || answer.told_ms < last_reserved_) {
            complain(one, "sold out while tickets were left (P5)");
        }
    }

    /// It was told yes, or is in doubt and can ask.
    void expect_told(const buyer& one) {
        const auto& last = one.answers.back();
        const bool hope = std::any_of(one.answers.begin(), one.answers.end(), [](const told& each) {
            return each.is_yes() || each.is_doubt();
        });
        if (!hope || last.is_no()) complain(one, "holds a ticket and was told no (P2)");
    }

    ledger_client& ledger_;
    std::multimap<std::string, held_record> records_;
    std::vector<std::string> breaches_;
    std::int64_t last_reserved_ = 0;
    bool sold_out_ = false;
    std::size_t seen_ = 0;
};

}  // namespace

std::vector<std::string> broken_promises(const crowd& asked, ledger_client& ledger,
                                         expectation expected) {
    auto breaches = breaches_of_law(ledger);
    reckoning one{ledger};
    one.compare_all(asked, expected);
    auto more = std::move(one).breaches();
    breaches.insert(breaches.end(), more.begin(), more.end());
    if (breaches.size() > 20) breaches.resize(20);
    return breaches;
}

}  // namespace onsale::test
