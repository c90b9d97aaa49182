#pragma once

#include "command.hpp"
#include "connection.hpp"

#include "onsale/core/sale_book.hpp"
#include "onsale/redis/link.hpp"

#include <random>
#include <vector>

namespace onsale::redis {

/// Expires the holds that are past their pay-by (L19, L20). Every node sweeps every sale: a sweep
/// too many finds nothing. One thread.
class sweeper {
  public:
    sweeper(connection& over, sale_book& book, link_status& status)
        : over_{over}, book_{book}, status_{status}, chance_{std::random_device{}()} {}

    /// Sweeps the sales in which something is due, by what their words say. At every tick, while
    /// the link is up.
    void sweep(time_point now);

  private:
    class broom;

    void sweep_one(sale& about, time_point now);

    connection& over_;
    sale_book& book_;
    link_status& status_;
    command_writer command_;
    std::vector<sale*> sales_;
    std::minstd_rand chance_;
};

}  // namespace onsale::redis
