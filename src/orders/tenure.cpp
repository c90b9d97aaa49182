#include "tenure.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/sabotage.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

// Taking over, looking around and reporting; reading and writing are in tenure_reading.cpp.

namespace onsale::orders {

namespace {

/// A version that no sale reaches: whoever sends it finds every ledger of that epoch behind.
constexpr std::int64_t beyond_all_versions = 99'999'999'999'999;

std::string shown(ledger_version at) {
    return fmt::format("{}-{}", at.epoch, at.version);
}

}  // namespace

or_setback<void> tenure::begin() {
    const auto stored = store_.sales();
    if (!stored) return setback{setback::of::database, stored.error().sentence};
    for (const auto& one : *stored) {
        if (auto added = add(one); !added) return added;
    }
    return {};
}

or_setback<void> tenure::add(const stored_sale& found) {
    followed sale;
    sale.position = found.position;
    sale.fingerprint = found.fingerprint;
    sale.salt = found.salt;
    sale.claimed = found.claimed;
    auto letters = store_.open_letters(found.position.sale);
    if (!letters) return setback{setback::of::database, letters.error().sentence};
    sale.letters = std::move(*letters);
    if (auto retried = retry_letters(sale); !retried) return retried;
    spdlog::info("sale {}: followed from {}", found.position.sale, shown(found.position.at));
    sales_.insert_or_assign(found.position.sale, std::move(sale));
    return {};
}

/// What was no good once may be good now: with a newer onsale, or a constraint less.
or_setback<void> tenure::retry_letters(followed& sale) {
    std::vector<dead_letter> left;
    for (auto& letter : sale.letters) {
        const auto good = store_.retry(sale.position.sale, letter);
        if (!good) return setback{setback::of::database, good.error().sentence};
        if (!*good) left.push_back(std::move(letter));
    }
    const auto resolved = sale.letters.size() - left.size();
    if (resolved > 0) {
        spdlog::warn("sale {}: {} dead letters went through now", sale.position.sale, resolved);
    }
    if (!left.empty()) {
        spdlog::error("ALARM sale {}: {} dead letters are open, the first: {}", sale.position.sale,
                      left.size(), left.front().reason);
    }
    sale.letters = std::move(left);
    return {};
}

void tenure::distrust() {
    for (auto& [name, sale] : sales_)
        sale.journal = trust::unknown;
    look_due_ = {};
}

or_setback<void> tenure::round() {
    if (monotonic::now() >= look_due_) {
        look_due_ = monotonic::now() + limits::orders_look;
        if (auto found = discover(); !found) return found;
        if (auto looked = look_around(); !looked) return looked;
        forget_removed();
    }
    if (auto read = read_journals(); !read) return read;
    if (monotonic::now() >= report_due_) {
        report_due_ = monotonic::now() + limits::ordered_every;
        if (auto reported = report_all(); !reported) return reported;
    }
    tell();
    return {};
}

or_setback<void> tenure::discover() {
    const auto known = feed_.sales();
    if (!known) return setback{setback::of::ledger, known.error().sentence};
    for (const auto& name : *known) {
        if (sales_.contains(name) || removed_.contains(name)) continue;
        if (const auto made = store_.follow(name); !made) {
            return setback{setback::of::database, made.error().sentence};
        }
        if (auto added = add({.position = {name, {}}, .fingerprint = {}, .salt = {}}); !added) {
            return added;
        }
    }
    return {};
}

or_setback<void> tenure::look_around() {
    std::vector<sale_position> held;
    for (const auto& [name, sale] : sales_)
        held.push_back(sale.position);
    auto told = feed_.look(held);
    if (!told) return setback{setback::of::ledger, told.error().sentence};
    for (auto& one : *told) {
        auto& sale = sales_.at(one.sale);
        if (auto heard = hear(sale, std::move(one)); !heard) return heard;
    }
    return {};
}

or_setback<void> tenure::hear(followed& sale, told_sale told) {
    const auto& name = sale.position.sale;
    const auto& says = told.says;
    const auto before = sale.told.says.state;
    meter_.hear(says.now);
    sale.is_fresh_look = true;
    sale.told = std::move(told);
    if (says.state != before && says.state == sale_state::missing) {
        spdlog::error("ALARM sale {}: the ledger has lost it; orders are at {}", name,
                      shown(sale.position.at));
    }
    if (says.state != before && says.state == sale_state::frozen) {
        spdlog::error("ALARM sale {}: frozen at {}; orders are at {}{}", name, shown(says.at),
                      shown(sale.position.at),
                      says.at < sale.position.at ? ": the ledger went back" : "");
    }
    const bool is_lost = says.state == sale_state::missing;  // its journal may be left
    if (says.at.epoch > sale.position.at.epoch) {  // rebuilt, or followed from the beginning
        const bool is_new = says.at.epoch > sale.left_alone;
        if (sale.journal == trust::other && is_new) sale.journal = trust::unknown;
        sale.names_all_letters = sale.is_to_report = true;
    }
    if (sale.journal == trust::other) return {};
    if (!is_lost && !sale.salt.empty() && sale.told.salt != sale.salt) {
        return leave_alone(sale, "this is another sale of the same name");
    }
    return sale.journal == trust::same ? or_setback<void>{} : compare_journal(sale);
}

/// A ledger that went back and has gone on since may have passed our position: then the entry there
/// is another one (L25).
or_setback<void> tenure::compare_journal(followed& sale) {
    const auto entry = feed_.entry_at(sale.position);
    if (!entry) return setback{setback::of::ledger, entry.error().sentence};
    const bool differs = entry->has_value() && !sale.fingerprint.empty() &&
                         fingerprint_of(**entry) != sale.fingerprint;
    if (differs) return leave_alone(sale, "its journal is not the one that was ordered from");
    sale.journal = trust::same;
    return {};
}

/// Freezes the sale. What its journal says of the time since cannot follow on what is ordered:
/// whoever rebuilds the sale needs it as it is.
or_setback<void> tenure::leave_alone(followed& sale, const std::string& why) {
    spdlog::error("ALARM sale {}: the ledger went back, it is frozen: {}", sale.position.sale, why);
    const auto epoch = sale.told.says.at.epoch;
    const auto told = feed_.look({{sale.position.sale, {epoch, beyond_all_versions}}});
    if (!told) return setback{setback::of::ledger, told.error().sentence};
    sale.told = told->front();
    sale.journal = trust::other;
    sale.left_alone = epoch;
    return {};
}

std::optional<word> tenure::at_the_end_of(const std::string& sale) const {
    const auto known = sales_.find(sale);
    if (known == sales_.end()) return std::nullopt;
    const auto& [name, one] = *known;
    const auto& says = one.told.says;
    const bool is_read = says.state == sale_state::missing
                             ? one.is_drained
                             : one.journal == trust::same && one.position.at >= says.at;
    const bool is_over =
        says.state != sale_state::unknown && (one.journal == trust::other || is_read);
    return is_over ? std::optional{says} : std::nullopt;
}

/// A removed sale is not looked at again in this tenure.
void tenure::forget_removed() {
    for (auto at = sales_.begin(); at != sales_.end();) {
        const auto& [name, sale] = *at;
        const bool is_over = sale.told.says.state == sale_state::removed && !sale.is_to_report &&
                             sale.position.at >= sale.told.says.at;
        if (is_over) removed_.insert(name);
        at = is_over ? sales_.erase(at) : std::next(at);
    }
}

or_setback<void> tenure::report_all() {
    for (auto& [name, sale] : sales_) {
        if (!sale.is_to_report || sale.journal != trust::same) continue;
        if (auto reported = report(sale); !reported) return reported;
    }
    return {};
}

/// Up to the position; but not past an entry of which nothing is understood.
or_setback<void> tenure::report(followed& sale) {
    sabotage::pass(sabotage::failpoint::before_trim);
    auto ordered = sale.position;
    std::vector<std::string> digits;
    for (const auto& letter : sale.letters) {
        const bool is_before_a_rebuild = letter.at.epoch < ordered.at.epoch;
        if (letter.what == "entry" && is_before_a_rebuild) continue;  // its numbers are withheld
        if (letter.what == "entry" && letter.at <= ordered.at) {
            ordered.at = {letter.at.epoch, letter.at.version - 1};
        } else if (sale.names_all_letters && letter.what != "entry") {
            digits.push_back(letter.digits);
        }
    }
    if (!sale.names_all_letters) digits = sale.new_letters;
    bool begins_with_all = sale.names_all_letters;
    for (std::size_t first = 0; first == 0 || first < digits.size();
         first += limits::letters_piece) {
        const auto begin = digits.begin() + static_cast<std::ptrdiff_t>(first);
        const auto count = std::min(limits::letters_piece, digits.size() - first);
        const auto told = feed_.report(ordered, std::exchange(begins_with_all, false),
                                       {begin, begin + static_cast<std::ptrdiff_t>(count)});
        if (!told) return setback{setback::of::ledger, told.error().sentence};
    }
    sale.names_all_letters = false;
    sale.new_letters.clear();
    sale.is_to_report = false;
    return {};
}

void tenure::tell() {
    if (monotonic::now() < tell_due_) return;
    tell_due_ = monotonic::now() + limits::orders_tells;
    const auto text = meter_.report();
    if (!text.empty()) spdlog::info("{}", text);
}

}  // namespace onsale::orders
