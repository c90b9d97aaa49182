#include "chapter.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/ids.hpp"
#include "onsale/core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace onsale::orders {

namespace {

constexpr std::string_view journal_format = "1";
constexpr const char* not_understood = "it cannot be understood";

/// Behind every place that a record can have in an entry: a record read from the ledger's hash is
/// the last one of its version.
constexpr std::int64_t last_place = 1'000'000;

bool is_printable(std::string_view text) noexcept {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_ticket_list(std::string_view tickets) {
    return for_each_range(tickets, [](std::int64_t, std::int64_t) {});
}

bool are_digits_of_an_id(std::string_view digits) noexcept {
    return digits.size() == limits::id_digits &&
           digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// What `letter_text` was given.
std::string unescaped(std::string_view shown) {
    std::string text;
    while (!shown.empty()) {
        unsigned byte = 0;
        if (shown.starts_with("\\x") && shown.size() >= 4) {
            std::from_chars(shown.data() + 2, shown.data() + 4, byte, 16);
            shown.remove_prefix(4);
        } else {
            byte = static_cast<unsigned char>(shown.front());
            shown.remove_prefix(1);
        }
        text += static_cast<char>(byte);
    }
    return text;
}

/// All of an entry, a line for each field.
std::string text_of(const journal_entry& entry) {
    std::string text;
    for (const auto& [name, value] : entry.fields)
        text += letter_text(name) + '=' + letter_text(value) + '\n';
    return text;
}

journal_entry entry_of(std::string_view text, ledger_version at) {
    journal_entry entry{at, {}};
    while (!text.empty()) {
        auto value = cut(text, '\n');
        const auto name = cut(value, '=');
        entry.fields.emplace_back(unescaped(name), unescaped(value));
    }
    return entry;
}

std::int64_t number_in(const journal_entry& entry, std::string_view name) noexcept {
    return parse_integer(entry.field(name)).value_or(0);
}

std::optional<reservation> understood(std::string_view digits, std::string_view record) {
    if (!are_digits_of_an_id(digits) || !is_printable(record)) return std::nullopt;
    auto parsed = parse_record(digits, record);
    if (!parsed || !is_ticket_list(parsed->tickets)) return std::nullopt;
    return parsed;
}

bool is_adjustment(std::string_view change) {
    constexpr std::array<std::string_view, 8> known{"restock_by", "withdraw", "pause",   "resume",
                                                    "close",      "remove",   "rebuild", "release"};
    return std::find(known.begin(), known.end(), change) != known.end();
}

std::optional<std::string_view> withheld_by(const journal_entry& entry) {
    const auto change = entry.field("change");
    if (change != "rebuild" && change != "release") return std::nullopt;
    return entry.field("withheld");
}

/// The position of the orders that the ledger was made of, by the first entry of a rebuilt journal;
/// nothing: the entry is another one, or does not say.
std::optional<ledger_version> made_from(const journal_entry& entry) noexcept {
    if (entry.field("change") != "rebuild") return std::nullopt;
    auto from = entry.field("from");
    const auto epoch = parse_integer(cut(from, '-'));
    const auto version = parse_integer(from);
    if (!epoch || !version) return std::nullopt;
    return ledger_version{*epoch, *version};
}

}  // namespace

std::string letter_text(std::string_view text) {
    std::string shown;
    for (const char c : text) {
        if (is_printable({&c, 1}) && c != '\\') {
            shown += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        shown += "\\x";
        shown += "0123456789abcdef"[byte >> 4U];
        shown += "0123456789abcdef"[byte & 15U];
    }
    return shown;
}

/// FNV-1a, 64 bits: against accidents, not against enemies.
std::string fingerprint_of(const journal_entry& entry) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto add = [&](std::string_view text) {
        for (const char c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        }
        hash *= 0x100000001b3U;  // the end of a text counts
    };
    for (const auto& [name, value] : entry.fields) {
        add(name);
        add(value);
    }
    std::string digits(16, '0');
    for (auto at = digits.rbegin(); at != digits.rend(); ++at, hash >>= 4U) {
        *at = "0123456789abcdef"[hash & 15U];
    }
    return digits;
}

bool is_of_older_orders(const journal_entry& first, ledger_version position) noexcept {
    const auto from = made_from(first);
    // In its own epoch they follow it already: they were filled from its records.
    return from && first.at.epoch > position.epoch && *from < position;
}

bool chapter::is_followed_by(const journal_entry& entry) const noexcept {
    if (entry.at.epoch == to_.epoch) return entry.at.version - 1 == to_.version;
    if (entry.at.epoch < to_.epoch) return false;
    if (entry.field("change") == "open") return to_ == ledger_version{};
    return made_from(entry) == to_;
}

void chapter::take(journal_entry entry) {
    ONSALE_ASSERT(entry.at > to_);
    entries_.push_back(std::move(entry));
    const auto& kept = entries_.back();
    take_change(kept);
    ++records_;  // of an entry that has none
    to_ = kept.at;
    fingerprint_ = fingerprint_of(kept);
}

void chapter::take_change(const journal_entry& entry) {
    const auto change = entry.field("change");
    const bool settles = change == "reserve" || change == "settle";
    const bool known = entry.field("format") == journal_format &&
                       (settles || change == "open" || is_adjustment(change));
    if (!known) {
        letters_.push_back({"entry", {}, entry.at, 0, not_understood, text_of(entry)});
        return;
    }
    if (!settles) {
        const bool opens = change == "open";
        const auto total = number_in(entry, "total");
        changes_.push_back(
            {.at = entry.at,
             .opens = opens,
             .rebuilds = change == "rebuild" && entry.at.epoch > to_.epoch,
             .state = opens ? std::string_view{"open"} : entry.field("state"),
             .total = total,
             .last = opens ? total : number_in(entry, "last"),
             .hold_ms = number_in(entry, "hold_ms"),
             .limit = number_in(entry, "limit"),
             .price = number_in(entry, "price"),
             .opens_ms = number_in(entry, "opens_ms"),
             .salt = entry.field("salt"),
             .withdrawn = entry.field(change == "withdraw" ? "tickets" : "withdrawn"),
             .withheld = withheld_by(entry)});
    }
    std::int64_t place = 0;
    for (auto rest = entry.field("records"); !rest.empty(); ++place)
        take_order_line(cut(rest, '\n'), entry.at, place);
    place = 0;
    for (auto rest = entry.field("refunds"); !rest.empty(); ++place) {
        auto line = cut(rest, '\n');
        const auto digits = cut(line, ' ');
        take_refund(digits, line, entry.at, place);
    }
}

void chapter::take_order_line(std::string_view line, ledger_version at, std::int64_t place) {
    auto record = line;
    const auto digits = cut(record, ' ');
    auto parsed = understood(digits, record);
    if (!parsed) return bury("order", digits, at, place, record);
    parsed->written = at;
    add_order(*parsed, place, record);
}

void chapter::take_refund(std::string_view digits, std::string_view text, ledger_version at,
                          std::int64_t place) {
    auto rest = text;
    refund_row row{};
    row.digits = digits;
    row.payment = cut(rest, ' ');
    row.at = at;
    const auto amount = parse_integer(cut(rest, ' '));
    row.state = cut(rest, ' ');
    row.reason = cut(rest, ' ');
    const auto since = parse_integer(cut(rest, ' '));
    const auto done = parse_integer(rest);
    if (!are_digits_of_an_id(digits) || !is_printable(text) || !amount || !since || !done) {
        return bury("refund", digits, at, place, text);
    }
    row.amount = *amount;
    row.since = *since;
    row.done = *done;
    row.place = place;
    row.text = text;
    refunds_.push_back(row);
}

void chapter::take_reservations(hash_piece piece, ledger_version hole_ends) {
    pieces_.push_back(std::move(piece));
    for (const auto& [digits, record] : pieces_.back().entries) {
        const auto parsed = understood(digits, record);
        if (!parsed) {
            bury("order", digits, hole_ends, last_place, record);
        } else if (parsed->written > from_.at) {
            add_order(*parsed, last_place, record);
        }
    }
}

void chapter::take_refunds(hash_piece piece, ledger_version hole_ends) {
    pieces_.push_back(std::move(piece));
    for (const auto& [digits, texts] : pieces_.back().entries) {
        std::int64_t place = last_place;
        for (std::string_view rest = texts; !rest.empty(); ++place)
            take_refund(digits, cut(rest, ';'), hole_ends, place);
    }
}

void chapter::take_terms(const told_sale& told, ledger_version at) {
    changes_.push_back({.at = at,
                        .opens = true,
                        .has_gap = told.says.total != told.says.last,
                        .state = name_of(told.says.state),
                        .total = told.says.total,
                        .last = told.says.last,
                        .hold_ms = told.hold_ms,
                        .limit = told.limit,
                        .price = told.price,
                        .opens_ms = told.says.opens,
                        .salt = told.salt,
                        .withdrawn = {},
                        .withheld = {}});
}

void chapter::take_again(const dead_letter& letter) {
    if (letter.what == "entry") {
        entries_.push_back(entry_of(letter.text, letter.at));
        take_change(entries_.back());
        return;
    }
    pieces_.push_back({{}, {{letter.digits, unescaped(letter.text)}}});
    const auto& [digits, text] = pieces_.back().entries.front();
    if (letter.what == "refund") return take_refund(digits, text, letter.at, letter.place);
    auto parsed = understood(digits, text);
    if (!parsed) return bury("order", digits, letter.at, letter.place, text);
    parsed->written = letter.at;
    add_order(*parsed, letter.place, text);
}

/// The newest row of a reservation wins. An ended one has no numbers any more: it keeps those that
/// it had.
void chapter::add_order(const reservation& record, std::int64_t place, std::string_view text) {
    ++records_;
    const auto written = std::max(record.reserved, record.settled);
    if (oldest_ == 0 || written < oldest_) oldest_ = written;
    const auto [known, is_new] = places_.try_emplace(record.digits, orders_.size());
    if (is_new) {
        orders_.push_back({record, place, text});
        return;
    }
    auto& row = orders_[known->second];
    if (std::pair{record.written, place} <= std::pair{row.record.written, row.place}) return;
    const auto tickets = record.tickets.empty() ? row.record.tickets : record.tickets;
    row = {record, place, text};
    row.record.tickets = tickets;
}

void chapter::bury(std::string_view what, std::string_view digits, ledger_version at,
                   std::int64_t place, std::string_view text) {
    letters_.push_back(
        {std::string{what}, letter_text(digits), at, place, not_understood, letter_text(text)});
}

}  // namespace onsale::orders
