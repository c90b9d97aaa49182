#pragma once

#include "onsale/core/error.hpp"
#include "onsale/core/word.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The port through which the order writer sees the ledger. The application fills it with Redis.

namespace onsale::orders {

/// One entry of a sale's journal: what one version changed (lua/*.lua name the fields).
struct journal_entry {
    ledger_version at;
    std::vector<std::pair<std::string, std::string>> fields;

    /// Empty if there is no such field.
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept {
        for (const auto& [key, value] : fields) {
            if (key == name) return value;
        }
        return {};
    }
};

/// A sale and a pair: what is known of it, or up to where its journal has been read.
struct sale_position {
    std::string sale;
    ledger_version at;
};

struct sale_news {
    std::string sale;
    std::vector<journal_entry> entries;  ///< in order; never empty
};

/// What the ledger says of a sale.
struct told_sale {
    std::string sale;
    word says;
    std::int64_t hold_ms = 0;
    std::int64_t limit = 0;
    std::int64_t price = 0;
    std::string salt;
};

/// Some entries of one of a sale's hashes.
struct hash_piece {
    std::string cursor;  ///< where to go on; "0": this was the last piece
    std::vector<std::pair<std::string, std::string>> entries;
};

enum class sale_hash : std::uint8_t { reservations, refunds };

/// One thread. Every call is bounded in time; a complaint means that the ledger did not answer, or
/// not as a ledger does, and that the next call begins on a new connection.
class journal_feed {
  public:
    journal_feed() = default;
    journal_feed(const journal_feed&) = delete;
    journal_feed& operator=(const journal_feed&) = delete;
    virtual ~journal_feed() = default;

    /// The ids of all sales that the ledger knows.
    [[nodiscard]] virtual or_complaint<std::vector<std::string>> sales() = 0;

    /// The words of `held`'s sales, in their order, but for those that the ledger cannot read: a
    /// complaint if it can read none. A sale whose ledger is behind the pair that is held freezes
    /// itself (L5).
    [[nodiscard]] virtual or_complaint<std::vector<told_sale>> look(
        const std::vector<sale_position>& held) = 0;

    /// Entries above each position, at most `most` of each sale. Waits up to `patience` if there
    /// are none; does not wait if that is zero.
    [[nodiscard]] virtual or_complaint<std::vector<sale_news>> read(
        const std::vector<sale_position>& from, std::size_t most,
        std::chrono::milliseconds patience) = 0;

    /// The entry with exactly this id, if the journal still has it.
    [[nodiscard]] virtual or_complaint<std::optional<journal_entry>> entry_at(
        const sale_position& place) = 0;

    /// A piece of a hash that never holds the ledger up; the whole takes a first cursor of "0".
    [[nodiscard]] virtual or_complaint<hash_piece> scan(const std::string& sale, sale_hash which,
                                                        const std::string& cursor) = 0;

    /// Tells the ledger up to where orders are committed (lua/ordered.lua), and `letters`: ids of
    /// reservations with an open dead letter, all of them or some more.
    [[nodiscard]] virtual or_complaint<void> report(const sale_position& ordered, bool all_letters,
                                                    const std::vector<std::string>& letters) = 0;
};

}  // namespace onsale::orders
