#pragma once

#include "onsale/core/limits.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/word.hpp"
#include "onsale/redis/session.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

// One sale in a real Redis, as a test talks to it: the ledger's scripts by their names, their
// answers taken apart.

namespace onsale::test {

/// An error reply, as Redis worded it.
class redis_error : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The error reply that `act` runs into, or empty.
template <class Action>
[[nodiscard]] std::string error_of(Action act) {
    try {
        act();
    } catch (const redis_error& error) {
        return error.what();
    }
    return {};
}

struct sale_terms {
    std::int64_t total = 10;
    std::int64_t limit = 0;
    std::int64_t hold_ms = 60'000;
    std::int64_t opens_ms = 0;  ///< by the ledger's clock; 0: now
    std::string operation = "operation-open";
};

/// A purchase as `reserve` takes it.
struct wish {
    std::string id;
    std::string buyer;
    std::int64_t quantity = 1;
};

/// Of each ticket of a sale that a test opens.
inline constexpr std::int64_t price = 4'200;

/// The id of purchase number `n`: 32 hex digits; of -1 an id that no purchase has.
[[nodiscard]] std::string id_of(std::int64_t n);

/// `count` purchases of one ticket each without a buyer, from number `first`.
[[nodiscard]] std::vector<wish> wishes(std::int64_t first, std::int64_t count);

/// The word, and what else the line holds.
struct told_word {
    word says;
    std::int64_t last = 0;
    std::int64_t next = 0;
    std::int64_t hold_ms = 0;
    std::int64_t limit = 0;
    std::int64_t price = 0;
    std::string salt;
};

/// What was told of one id. With `read`, `status` is `known`, `letter` (known, with an open dead
/// letter) or `-`.
struct told_item {
    std::string id;
    std::string status;
    std::string record;  ///< empty: none was told

    [[nodiscard]] reservation details() const;
    [[nodiscard]] std::vector<std::int64_t> tickets() const;
};

struct told_batch {
    told_word says;
    std::vector<told_item> items;

    [[nodiscard]] std::vector<std::string> statuses() const;
    [[nodiscard]] std::vector<std::int64_t> tickets() const;
};

/// A call as `settle` takes it.
struct settlement {
    std::string id;
    std::string what;  ///< pay, cancel, refund, refund_done
    std::string payment{};
    std::int64_t amount = 0;
    std::string new_id{};
};

struct settle_terms {
    ledger_version held{};
    bool rebuy = true;
    std::int64_t sweep = 0;
    std::int64_t cap = limits::reservations_per_buyer;
};

struct told_settlement {
    told_word says;
    std::vector<told_item> items;  ///< with `rebought`, the id is the new reservation's
    std::int64_t swept = 0;

    [[nodiscard]] std::vector<std::string> statuses() const;
};

struct told_verdict {
    std::string verdict;
    told_word says;
};

/// The numbers in a list such as `7,12-15`; throws if it is none.
[[nodiscard]] std::vector<std::int64_t> ticket_numbers(std::string_view list);

/// One thread. Error replies are thrown as `redis_error`, silence as `std::runtime_error`.
class ledger_client {
  public:
    ledger_client(redis::session& to, std::string sale) : redis_{to}, sale_{std::move(sale)} {}

    [[nodiscard]] const std::string& sale() const noexcept { return sale_; }
    [[nodiscard]] std::string key(std::string_view part = {}) const;

    /// `held`: the pair that the caller has seen.
    told_verdict open(const sale_terms& terms = {});
    told_batch reserve(const std::vector<wish>& batch, ledger_version held = {},
                       std::int64_t cap = limits::reservations_per_buyer);
    told_item reserve_one(const wish& one) { return reserve({one}).items.at(0); }
    told_verdict adjust(const std::string& change, std::int64_t amount = 0,
                        const std::string& operation = {}, ledger_version held = {});
    told_batch read(const std::vector<std::string>& ids = {}, ledger_version held = {});
    /// As the order writer reports; `which`: whether `letters` are `all` dead letters or `more`.
    told_verdict ordered(ledger_version at, const std::vector<std::string>& letters = {},
                         const std::string& which = "more");

    told_settlement settle(const std::vector<settlement>& calls, const settle_terms& terms);
    told_item settle_one(const settlement& one, const settle_terms& terms = {}) {
        return settle({one}, terms).items.at(0);
    }
    /// Expires what is due.
    std::int64_t sweep(std::int64_t most = limits::batch) {
        return settle(std::vector<settlement>{}, {.sweep = most}).swept;
    }

    /// Brings a held reservation to its end, or pays it (and, to be refunded, both).
    void settle(const std::string& id, reservation_state to);
    /// Its pay-by is over, and nobody has swept yet.
    void make_due(const std::string& id);

    /// Any script with any arguments: the lines of its answer.
    std::vector<std::string> run(redis::ledger_script which, const std::vector<std::string>& keys,
                                 const std::vector<std::string>& arguments);
    /// A journal entry as a script might have written it, with the version it takes.
    void append_to_journal(const std::vector<std::string>& fields);
    redis::reply command(const std::vector<std::string>& words);
    /// The text of a field of the sale.
    [[nodiscard]] std::string field(const std::string& name);

  private:
    /// As settle and adjust take them.
    [[nodiscard]] std::vector<std::string> keys() const;

    redis::session& redis_;
    std::string sale_;
};

}  // namespace onsale::test
