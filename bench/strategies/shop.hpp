#pragma once

#include "strategies.hpp"

#include <cstdint>
#include <optional>
#include <soci/soci.h>

// A shop that keeps its stock in the order database, as the first two strategies do.

namespace onsale::bench {

/// Tables `shop_stock` and `shop_orders`, made anew. All commits are synced.
///
/// Thread safety: any number of threads lease connections. SQLite has one writer at a time anyway:
/// there is one connection, and waiting for it is cheaper and fairer than SQLite's own waiting.
class shop {
  public:
    shop(const test::order_database& orders, const terms& given);

    [[nodiscard]] soci::connection_pool& connections() noexcept { return pool_; }

    [[nodiscard]] books read_books();

  private:
    void connect(soci::session& one, const test::order_database& orders) const;

    soci::connection_pool pool_;
};

/// The next ticket, if one is left, within a transaction.
[[nodiscard]] std::optional<std::int64_t> take_ticket(soci::session& sql);

}  // namespace onsale::bench
