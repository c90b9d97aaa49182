#include "tenure.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/sabotage.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

// From the journal into the database.

namespace onsale::orders {

namespace {

setback of_ledger(const complaint& why) {
    return {setback::of::ledger, why.sentence};
}

}  // namespace

or_setback<void> tenure::read_journals() {
    std::vector<sale_position> from;
    bool reports = false;
    for (const auto& [name, sale] : sales_) {
        if (sale.journal != trust::same) continue;
        from.push_back(sale.position);
        reports = reports || sale.is_to_report;
    }
    auto news = feed_.read(from, limits::journal_piece,
                           reports ? limits::ordered_every : limits::journal_wait);
    if (!news) return of_ledger(news.error());
    if (!news->empty()) sabotage::pass(sabotage::failpoint::after_read);
    for (auto& [name, sale] : sales_)
        sale.is_drained = sale.journal == trust::same;
    for (auto& one : *news) {
        auto& sale = sales_.at(one.sale);
        sale.is_fresh_look = sale.is_drained = false;
        if (auto taken = take_in(sale, std::move(one.entries)); !taken) return taken;
    }
    for (auto& [name, sale] : sales_) {
        // The ledger told of a change before we read, and the journal does not have it.
        const bool is_cut_off = sale.is_fresh_look && sale.journal == trust::same &&
                                sale.told.says.at > sale.position.at;
        sale.is_fresh_look = false;
        if (!is_cut_off) continue;
        if (auto filled = fill(sale, sale.told.says.at); !filled) return filled;
    }
    return {};
}

/// One transaction for as much as there is, within bounds.
or_setback<void> tenure::take_in(followed& sale, std::vector<journal_entry> entries) {
    const auto& first = entries.front();
    chapter start{sale.position, sale.fingerprint};
    if (!start.is_followed_by(first) && sale.told.says.state == sale_state::missing) {
        return leave_alone(sale, "what is left of its journal does not follow on the orders");
    }
    if (is_of_older_orders(first, sale.position.at)) {
        return leave_alone(sale, "it was rebuilt from orders that are older than these");
    }
    if (!start.is_followed_by(first)) {
        const ledger_version hole_ends{first.at.epoch, first.at.version - 1};
        if (auto filled = fill(sale, hole_ends); !filled) return filled;
    }
    chapter next{sale.position, sale.fingerprint};
    while (!entries.empty()) {
        const bool is_full_piece = entries.size() == limits::journal_piece;
        for (auto& entry : entries) {
            if (next.to() != sale.position.at && !next.is_followed_by(entry)) {
                return commit(sale, next);  // a hole: it is the first that is read next time
            }
            next.take(std::move(entry));
        }
        entries.clear();
        if (!is_full_piece || next.records() >= limits::commit_records) break;
        auto more = feed_.read({{sale.position.sale, next.to()}}, limits::journal_piece,
                               std::chrono::milliseconds{0});
        if (!more) return of_ledger(more.error());
        if (!more->empty()) entries = std::move(more->front().entries);
    }
    return commit(sale, next);
}

/// The orders went back, or the journal was cut: what is missing between our position and
/// `hole_ends` is in the ledger's records (L25). Those never leave the ledger while the sale lives.
or_setback<void> tenure::fill(followed& sale, ledger_version hole_ends) {
    const auto& name = sale.position.sale;
    const auto from = sale.position.at;
    spdlog::warn(
        "sale {}: the journal has nothing from {}-{} to {}-{}; filling that from the "
        "ledger's records",
        name, from.epoch, from.version + 1, hole_ends.epoch, hole_ends.version);
    auto told = feed_.look({sale.position});
    if (!told) return of_ledger(told.error());
    if (told->front().says.state == sale_state::missing) {
        return setback{setback::of::ledger, "sale " + name + " vanished while a hole was filled"};
    }
    if (told->front().says.state == sale_state::removed) {
        spdlog::error(
            "ALARM sale {}: it is removed, and its records with it: orders that are "
            "missing stay missing",
            name);
    }
    for (const auto which : {sale_hash::reservations, sale_hash::refunds}) {
        if (auto filled = fill_from(sale, which, hole_ends); !filled) return filled;
    }
    chapter last{sale.position, sale.fingerprint};
    last.take_terms(told->front(), hole_ends);
    last.skip_to(hole_ends);
    auto done = commit(sale, last);
    if (done) spdlog::warn("sale {}: the hole is filled", name);
    return done;
}

or_setback<void> tenure::fill_from(followed& sale, sale_hash which, ledger_version hole_ends) {
    std::string cursor = "0";
    do {
        chapter part{sale.position, sale.fingerprint};
        do {
            auto piece = feed_.scan(sale.position.sale, which, cursor);
            if (!piece) return of_ledger(piece.error());
            cursor = piece->cursor;
            if (which == sale_hash::reservations) {
                part.take_reservations(std::move(*piece), hole_ends);
            } else {
                part.take_refunds(std::move(*piece), hole_ends);
            }
        } while (cursor != "0" && part.records() < limits::commit_records &&
                 part.refunds().size() < limits::commit_records);
        if (auto done = commit(sale, part); !done) return done;
    } while (cursor != "0");
    return {};
}

or_setback<void> tenure::commit(followed& sale, const chapter& written) {
    const auto& told = sale.told.says.at;
    if (sabotage::is(sabotage::mutant::trim_before_commit)) {
        static_cast<void>(feed_.report({sale.position.sale, written.to()}, false, {}));
    }
    const bool is_behind = told.epoch == written.to().epoch && told > written.to();
    auto done =
        store_.commit(written, {.lag = meter_.since(written.oldest()),
                                .now = meter_.now(),
                                .behind = is_behind ? told.version - written.to().version : 0,
                                .has_letters = !sale.letters.empty(),
                                .claimed = sale.claimed});
    if (!done) return setback{setback::of::database, done.error().sentence};
    if (done->moved) {
        return setback{setback::of::database, "the position of sale " + sale.position.sale +
                                                  " was moved by somebody else"};
    }
    meter_.count_commit(written.orders().size(), meter_.since(written.oldest()));
    for (const auto& change : written.changes()) {
        if (!change.salt.empty()) sale.salt = change.salt;
    }
    if (written.to() != sale.position.at) {
        // A ledger that was made anew knows of no letter.
        if (written.to().epoch != sale.position.at.epoch) sale.names_all_letters = true;
        sale.position.at = written.to();
        sale.fingerprint = written.fingerprint();
        sale.is_to_report = true;
    }
    return keep_letters(sale, done->letters);
}

/// New dead letters are alarmed and reported; older ones may be resolved by what was committed.
or_setback<void> tenure::keep_letters(followed& sale, const std::vector<dead_letter>& letters) {
    for (const auto& letter : letters) {
        spdlog::error("ALARM sale {}: dead letter at {}-{}, {} {}: {}", sale.position.sale,
                      letter.at.epoch, letter.at.version, letter.what, letter.digits,
                      letter.reason);
        if (letter.what != "entry") sale.new_letters.push_back(letter.digits);
    }
    if (letters.empty() && sale.letters.empty()) return {};
    auto open = store_.open_letters(sale.position.sale);
    if (!open) return setback{setback::of::database, open.error().sentence};
    const auto expected = sale.letters.size() + letters.size();
    if (open->size() < expected) sale.names_all_letters = sale.is_to_report = true;
    sale.letters = std::move(*open);
    return {};
}

}  // namespace onsale::orders
