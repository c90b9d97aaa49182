#pragma once

#include "onsale/core/sale.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// All sales that a node knows.

namespace onsale {

/// Thread safety: any thread. The lock is taken when a sale is added, when a thread copies what is
/// new, and about one that cannot be read; never on the way of a purchase. Invariants: grows only;
/// one `sale` for one id.
class sale_book {
  public:
    /// `tokens(total)` is the local stock that a sale begins with.
    explicit sale_book(share mine, std::int64_t fixed_stock = 0) noexcept
        : share_{mine}, fixed_stock_{fixed_stock} {}

    /// Adds a sale, unless another thread has just done so.
    void add(const sale_facts& facts, const word& first);

    /// How many there are; a thread that has fewer calls `from`.
    [[nodiscard]] std::size_t size() const noexcept { return size_.load(); }

    /// The sales from number `first` on, in the order in which they were added.
    [[nodiscard]] std::vector<sale*> from(std::size_t first) const;

    [[nodiscard]] const share& mine() const noexcept { return share_; }

    /// The list of sales was read; `asked` is when. Before the first time nobody can say "no such
    /// sale".
    void heard_all(time_point asked) noexcept { heard_.store(asked.time_since_epoch().count()); }

    /// True if the list was read lately enough to say that a sale does not exist.
    [[nodiscard]] bool knows_all(time_point now) const noexcept;

    /// True if the list was asked for after `then`: what it did not name was not there then.
    [[nodiscard]] bool heard_since(time_point then) const noexcept {
        return heard_.load() > then.time_since_epoch().count();
    }

    /// True for the one caller who is to tell that the ledger cannot read this sale, until it can.
    [[nodiscard]] bool claim_complaint(std::string_view id);
    void could_read(std::string_view id);
    /// Such a sale may well exist.
    [[nodiscard]] bool is_unreadable(std::string_view id) const;

    /// True for the one caller who is to read the list now.
    [[nodiscard]] bool claim_discovery(time_point now) noexcept;

  private:
    const share share_;
    const std::int64_t fixed_stock_;
    mutable std::mutex mutex_;
    std::vector<std::unique_ptr<sale>> sales_;
    std::atomic<std::size_t> size_{0};
    std::atomic<std::int64_t> heard_{0};
    std::atomic<std::int64_t> discovery_{0};
    std::set<std::string, std::less<>> unreadable_;
    std::atomic<bool> has_unreadable_{false};
};

}  // namespace onsale
