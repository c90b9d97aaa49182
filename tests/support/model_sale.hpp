#pragma once

#include "onsale/core/limits.hpp"
#include "onsale/core/outcome.hpp"
#include "onsale/core/reservation.hpp"
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
    };

    struct entry {
        reservation_state state = reservation_state::held;
        std::string buyer;
        std::int64_t quantity = 0;
        std::vector<std::int64_t> tickets;
    };

    explicit model_sale(terms chosen);

    /// `sold`, `repeated` (known, in any state), `key_reused` or why not.
    outcome reserve(const std::string& id, const std::string& buyer, std::int64_t quantity);

    /// Whether it could be done.
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
