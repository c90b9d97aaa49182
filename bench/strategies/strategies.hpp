#pragma once

#include "strategy.hpp"
#include "support/order_database.hpp"
#include "support/redis_server.hpp"

#include <chrono>
#include <memory>

// The three, ready to sell `tickets` to `threads` threads. What they are given must outlive them.

namespace onsale::bench {

struct terms {
    std::int64_t tickets = 0;
    std::size_t threads = 0;
    std::chrono::milliseconds hold{};  ///< in which an order is to be paid, where that matters
};

/// One synced transaction writes the order and takes the ticket; whoever never pays keeps it.
[[nodiscard]] std::unique_ptr<strategy> make_order_then_deduct(const test::order_database& orders,
                                                               const terms& given);

/// Orders are written while any ticket is left; only a payment takes one.
[[nodiscard]] std::unique_ptr<strategy> make_pay_then_deduct(const test::order_database& orders,
                                                             const terms& given);

/// This project: the ledger's own scripts take, pay and give back, and `onsale orders` writes the
/// orders behind the answers.
[[nodiscard]] std::unique_ptr<strategy> make_reserve_first(const test::redis_server& redis,
                                                           const test::order_database& orders,
                                                           const terms& given);

}  // namespace onsale::bench
