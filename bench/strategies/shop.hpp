#pragma once

#include "strategies.hpp"
#include "turnstile.hpp"

#include <cstdint>
#include <optional>
#include <soci/soci.h>

// A shop that keeps its stock in the order database, as the first two strategies do.

namespace onsale::bench {

/// Tables `shop_stock` and `shop_orders`, made anew. All commits are synced.
///
/// Thread safety: any number of threads visit it.
class shop {
  public:
    shop(const test::order_database& orders, const terms& given);

    [[nodiscard]] books read_books();

  private:
    friend class shop_visit;

    soci::connection_pool pool_;
    turnstile door_;
};

/// A connection to the database, waited for in turn. One thread.
class shop_visit {
  public:
    explicit shop_visit(shop& to) : place_{to.door_}, sql{to.pool_} {}

  private:
    struct place {
        explicit place(turnstile& at) : door{at} { door.enter(); }
        ~place() { door.leave(); }
        place(const place&) = delete;
        place& operator=(const place&) = delete;

        turnstile& door;
    };

    place place_;  // left after the connection was given back

  public:
    soci::session sql;
};

/// The next ticket, if one is left, within a transaction.
[[nodiscard]] std::optional<std::int64_t> take_ticket(soci::session& sql);

}  // namespace onsale::bench
