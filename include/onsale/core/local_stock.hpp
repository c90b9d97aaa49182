#pragma once

#include <atomic>
#include <cstdint>

// A node's local stock: its admission quota for one sale, in tickets (L9, L10). How many more it
// may ask the ledger for; a filter, never the authority.

namespace onsale {

/// A node's place among the others: its share of the load and the reserve it carries for them.
struct share {
    std::int64_t weight = 1;
    std::int64_t weights = 1;  ///< sum over all nodes
    double buffer = 0.10;

    /// `ceil(total × weight / weights × (1 + buffer))`: what a node starts with.
    [[nodiscard]] std::int64_t of_total(std::int64_t total) const noexcept;

    /// `ceil(remaining × weight / weights)`: what a node grants itself when it has run out.
    [[nodiscard]] std::int64_t of_remaining(std::int64_t remaining) const noexcept;
};

/// Thread safety: any number of threads.
/// Invariants: tokens are never negative; what was taken is at most what was ever put in.
class local_stock {
  public:
    explicit local_stock(std::int64_t tokens = 0) noexcept;

    /// Takes `quantity` tokens, all or none.
    [[nodiscard]] bool try_take(std::int64_t quantity) noexcept;

    /// Returns tokens that bought nothing, or adds a grant.
    void put(std::int64_t quantity) noexcept;

    [[nodiscard]] std::int64_t tokens() const noexcept { return tokens_.load(); }

  private:
    std::atomic<std::int64_t> tokens_;
};

}  // namespace onsale
