#pragma once

#include "onsale/orders/address.hpp"
#include "onsale/orders/journal_feed.hpp"

#include <atomic>

// The order writer: follows the journals of all sales into the order database (L24 to L27).

namespace onsale::orders {

/// Writes, or stands by while another one does, until `stop` is set; then finishes the commit that
/// it is at and returns. Neither the database nor the ledger being away ends it: it tells so in the
/// log, and tries again. One thread; blocks.
void run_writer(const database_address& where, journal_feed& feed, const std::atomic<bool>& stop);

}  // namespace onsale::orders
