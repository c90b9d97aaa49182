#pragma once

#include "onsale/core/reservation.hpp"
#include "onsale/orders/journal_feed.hpp"
#include "onsale/orders/snapshot.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// What one transaction writes: the rows that some entries of one sale's journal lead to.

namespace onsale::orders {

/// Rows move forward only by (epoch, version, place); `record.written` holds the first two.
struct order_row {
    reservation record;
    std::int64_t place = 0;  ///< of the record among those of its entry
    std::string_view text;   ///< all of the record, as the ledger has it
};

struct refund_row : ordered_refund {
    ledger_version at;
    std::int64_t place = 0;
    std::string_view text;  ///< all of it, as the journal has it
};

/// What an entry says of the sale itself.
struct sale_change {
    ledger_version at;
    bool opens = false;     ///< everything is given, else state, total and last
    bool has_gap = false;   ///< it does not tell which numbers have left the sale
    bool rebuilds = false;  ///< from these orders: it knows what they know
    std::string_view state;
    std::int64_t total = 0;
    std::int64_t last = 0;
    std::int64_t hold_ms = 0;
    std::int64_t limit = 0;
    std::int64_t price = 0;
    ledger_ms opens_ms = 0;
    std::string_view salt;
    std::string_view withdrawn;                ///< ticket numbers that left the sale
    std::optional<std::string_view> withheld;  ///< all that a rebuild keeps out, if that changed
};

/// What has no row, and why (L27).
struct dead_letter {
    std::string what;    ///< order, refund, or entry: one of which nothing can be understood
    std::string digits;  ///< of the reservation; empty with an entry
    ledger_version at;
    std::int64_t place = 0;
    std::string reason;
    std::string text;  ///< as the ledger has it, what is not printable written as \xNN
};

/// A text of the ledger's as a dead letter keeps it: not printable is \xNN, and so is a backslash.
[[nodiscard]] std::string letter_text(std::string_view text);

/// Stands for an entry's content: tells whether two entries with the same id are the same.
[[nodiscard]] std::string fingerprint_of(const journal_entry& entry);

/// Whether `first` begins the journal of a ledger that was rebuilt from orders older than those at
/// `position`.
[[nodiscard]] bool is_of_older_orders(const journal_entry& first, ledger_version position) noexcept;

/// One thread. Rows view texts that the chapter owns.
class chapter {
  public:
    explicit chapter(sale_position from, std::string fingerprint = {})
        : from_{std::move(from)},
          to_{from_.at},
          from_fingerprint_{std::move(fingerprint)},
          fingerprint_{from_fingerprint_} {}
    chapter(const chapter&) = delete;
    chapter& operator=(const chapter&) = delete;

    /// Nothing is missing between what was taken last and `entry` (L25).
    [[nodiscard]] bool is_followed_by(const journal_entry& entry) const noexcept;

    /// Takes in the next entry; there is no hole before it.
    void take(journal_entry entry);

    /// Takes in records as the ledger has them now, in place of entries that are gone: those that
    /// were written above where the chapter begins.
    void take_reservations(hash_piece piece, ledger_version hole_ends);
    /// The same for what is owed.
    void take_refunds(hash_piece piece, ledger_version hole_ends);
    /// The sale as the ledger has it now. `told` lives as long as the chapter.
    void take_terms(const told_sale& told, ledger_version at);
    /// A dead letter of before, to be tried again.
    void take_again(const dead_letter& letter);

    /// The chapter ends here, though entries are missing.
    void skip_to(ledger_version at) {
        to_ = at;
        fingerprint_.clear();
    }

    [[nodiscard]] const std::string& sale() const noexcept { return from_.sale; }
    [[nodiscard]] ledger_version from() const noexcept { return from_.at; }
    [[nodiscard]] const std::string& from_fingerprint() const noexcept { return from_fingerprint_; }
    [[nodiscard]] ledger_version to() const noexcept { return to_; }
    /// Of the last entry; empty if it is not known.
    [[nodiscard]] const std::string& fingerprint() const noexcept { return fingerprint_; }

    /// One row for each reservation: its newest.
    [[nodiscard]] const std::vector<order_row>& orders() const noexcept { return orders_; }
    [[nodiscard]] const std::vector<refund_row>& refunds() const noexcept { return refunds_; }
    [[nodiscard]] const std::vector<sale_change>& changes() const noexcept { return changes_; }
    [[nodiscard]] const std::vector<dead_letter>& letters() const noexcept { return letters_; }

    /// How much was taken in, rows or not: bounds how long a chapter gets.
    [[nodiscard]] std::size_t records() const noexcept { return records_; }

    /// When the oldest record in here was written, by the ledger's clock; 0: there is none.
    [[nodiscard]] ledger_ms oldest() const noexcept { return oldest_; }

  private:
    void take_change(const journal_entry& entry);
    void take_order_line(std::string_view line, ledger_version at, std::int64_t place);
    void take_refund(std::string_view digits, std::string_view text, ledger_version at,
                     std::int64_t place);
    void add_order(const reservation& record, std::int64_t place, std::string_view text);
    void bury(std::string_view what, std::string_view digits, ledger_version at, std::int64_t place,
              std::string_view text);

    sale_position from_;
    ledger_version to_;
    std::string from_fingerprint_;
    std::string fingerprint_;
    std::deque<journal_entry> entries_;  // a deque: what the rows view never moves
    std::deque<hash_piece> pieces_;
    std::unordered_map<std::string_view, std::size_t> places_;  // in orders_, by digits
    std::vector<order_row> orders_;
    std::vector<refund_row> refunds_;
    std::vector<sale_change> changes_;
    std::vector<dead_letter> letters_;
    std::size_t records_ = 0;
    ledger_ms oldest_ = 0;
};

}  // namespace onsale::orders
