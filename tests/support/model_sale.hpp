#pragma once

#include "onsale/core/limits.hpp"
#include "onsale/core/outcome.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/settlement.hpp"
#include "onsale/core/word.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace onsale::test {

/// A sale in the plainest words: what the ledger's scripts are compared with, and what stands
/// behind the fake ledger. One purchase after the other, no versions to compare, no Redis.
class model_sale {
  public:
    struct terms {
        std::int64_t total = 10;
        std::int64_t limit = 0;
        std::int64_t cap = limits::reservations_per_buyer;
        std::int64_t price = 4'200;
        bool rebuy = true;
    };

    /// Money that a payment brought and that is to be sent back.
    struct refund {
        std::int64_t amount = 0;
        bool is_done = false;
    };

    struct entry {
        reservation_state state = reservation_state::held;
        std::string buyer;
        std::int64_t quantity = 0;
        std::vector<std::int64_t> tickets;
        bool is_due = false;                   ///< past its pay-by
        std::string payment{};                 ///< that bought the tickets, or bought them again
        std::map<std::string, refund> owed{};  ///< by payment

        [[nodiscard]] std::int64_t refund_due() const;
    };

    explicit model_sale(terms chosen);

    /// `sold`, `repeated` (known, in any state), `key_reused` or why not.
    outcome reserve(const std::string& id, const std::string& buyer, std::int64_t quantity);

    /// As lua/settle.lua; one that is not there is `unknown`.
    settle_result pay(const std::string& id, const std::string& payment, std::int64_t amount,
                      const std::string& new_id);
    settle_result cancel(const std::string& id);
    settle_result refund_paid(const std::string& id);
    settle_result refund_done(const std::string& id, const std::string& payment);
    void make_due(const std::string& id);
    /// Expires what is due; the oldest reservation first.
    std::int64_t sweep();

    /// Brings it to `to`, by whatever call does that. Whether it could be done.
    bool settle(const std::string& id, reservation_state to);
    bool restock(std::int64_t tickets);
    bool withdraw(std::int64_t tickets);

    void set_state(sale_state next);
    [[nodiscard]] const entry* find(const std::string& id) const;
    [[nodiscard]] const std::map<std::string, entry>& entries() const noexcept { return entries_; }

    /// As the ledger would say it to who asked at `sent`.
    [[nodiscard]] word says(time_point sent) const;

  private:
    struct counts {
        std::int64_t live = 0;
        std::int64_t ever = 0;
    };

    [[nodiscard]] outcome refusal(const std::string& buyer, std::int64_t quantity) const;
    void end(entry& one, reservation_state to);
    bool rebuy(const entry& old, const std::string& payment, const std::string& new_id);
    [[nodiscard]] std::vector<std::int64_t> take_numbers(std::int64_t quantity);
    [[nodiscard]] std::int64_t remaining() const noexcept { return total_ - sold_; }

    terms terms_;
    sale_state state_ = sale_state::open;
    std::int64_t total_;
    std::int64_t last_;
    std::int64_t next_ = 1;
    std::int64_t sold_ = 0;
    std::int64_t paid_ = 0;
    std::int64_t version_ = 1;
    std::deque<std::int64_t> free_;
    std::map<std::string, entry> entries_;
    std::map<std::string, counts> buyers_;
};

}  // namespace onsale::test
