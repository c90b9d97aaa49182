#pragma once

#include "chapter.hpp"
#include "database.hpp"

#include "onsale/core/error.hpp"
#include "onsale/orders/address.hpp"
#include "onsale/orders/snapshot.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

// The order database, as the writer uses it.

namespace onsale::orders {

/// What the database knows of a sale.
struct stored_sale {
    sale_position position;
    std::string fingerprint;  ///< of the entry at the position; empty: not known
    std::string salt;         ///< empty: nothing is known of the sale itself
    sale_state state = sale_state::unknown;
    std::int64_t claimed = 0;  ///< the highest epoch that a rebuild has taken
};

/// What the writer knows of a commit beside its rows.
struct commit_notes {
    ledger_ms lag = 0;
    ledger_ms now = 0;
    std::int64_t behind = 0;
    bool has_letters = false;  ///< the sale has open dead letters: some may be resolved now
    std::int64_t claimed = 0;  ///< as we found it: a rebuild has begun if it is another one
};

struct committed {
    bool moved = false;  ///< the position was not where we thought: nothing is written
    std::vector<dead_letter> letters;  ///< new ones
};

/// One thread. Every complaint names the database; after one, this is not to be used again.
class store {
  public:
    [[nodiscard]] static or_complaint<std::unique_ptr<store>> open(const database_address& where);

    /// The same, but a database that is not there is not made.
    [[nodiscard]] static or_complaint<std::unique_ptr<store>> open_existing(
        const database_address& where);

    /// Held until this is gone. False: another writer has it.
    [[nodiscard]] or_complaint<bool> try_lock();

    [[nodiscard]] or_complaint<void> migrate();

    [[nodiscard]] or_complaint<std::vector<stored_sale>> sales();

    /// A position at the very beginning, if the sale has none.
    [[nodiscard]] or_complaint<void> follow(const std::string& sale);

    /// All rows of the chapter and the position, in one synced transaction (L24). A row that the
    /// database refuses becomes a dead letter (L27).
    [[nodiscard]] or_complaint<committed> commit(const chapter& of, const commit_notes& notes);

    [[nodiscard]] or_complaint<std::vector<dead_letter>> open_letters(const std::string& sale);

    /// Tries again what `letter` holds; true if that went well: it is resolved.
    [[nodiscard]] or_complaint<bool> retry(const std::string& sale, const dead_letter& letter);

    [[nodiscard]] or_complaint<order_snapshot> read(const std::string& sale);

    [[nodiscard]] or_complaint<bool> knows(const std::string& sale);

    /// Compare-and-set: the position is as it was `read`, and nobody has claimed an epoch since.
    /// Whoever has read on from it cannot commit any more, unless he begins anew.
    [[nodiscard]] or_complaint<bool> claim_epoch(const std::string& sale,
                                                 const order_snapshot& read, std::int64_t epoch);

  private:
    store(std::string name, std::unique_ptr<database> connected)
        : name_{std::move(name)}, database_{std::move(connected)} {}

    template <class Action>
    auto guarded(Action act) -> or_complaint<decltype(act())>;

    [[nodiscard]] bool move_position(const chapter& of, const commit_notes& notes);
    void write_changes(const chapter& of);
    void write_opening(const std::string& sale, const sale_change& change);
    void write_change(const std::string& sale, const sale_change& change);
    void write_orders(const chapter& of, std::size_t first, std::size_t count,
                      std::vector<dead_letter>& letters);
    void write_refunds(const chapter& of, std::vector<dead_letter>& letters);
    void write_late_tickets(const chapter& of);
    void write_letters(const std::string& sale, const std::vector<dead_letter>& letters);
    void resolve_letters(const std::string& sale);
    [[nodiscard]] std::vector<dead_letter> select_open_letters(const std::string& sale);
    [[nodiscard]] std::vector<dead_letter> write_rows(const chapter& of);

    /// Runs `act` so that a refusal of the database undoes only what it did. The refusal, or empty.
    template <class Action>
    std::string attempt(Action act);

    std::string name_;
    std::unique_ptr<database> database_;
};

/// False: it certainly is not there. Only files can be looked for.
[[nodiscard]] bool may_exist(const database_address& where);

/// The first line of what the database says: PostgreSQL shows the row in the others, with the
/// buyer's name.
[[nodiscard]] std::string first_line(const soci::soci_error& error);

template <class Action>
auto store::guarded(Action act) -> or_complaint<decltype(act())> {
    try {
        if constexpr (std::is_void_v<decltype(act())>) {
            act();
            return {};
        } else {
            return act();
        }
    } catch (const soci::soci_error& error) {
        return complaint{name_ + ": " + first_line(error)};
    }
}

}  // namespace onsale::orders
