#pragma once

#include "onsale/orders/address.hpp"
#include "onsale/orders/journal_feed.hpp"

#include <atomic>
#include <string>

// The order writer: follows the journals of all sales into the order database (L24 to L27).

namespace onsale::orders {

/// Writes, or stands by while another one does, until `stop` is set; then finishes the commit that
/// it is at and returns. Neither the database nor the ledger being away ends it: it tells so in the
/// log, and tries again. One thread; blocks.
void run_writer(const database_address& where, journal_feed& feed, const std::atomic<bool>& stop);

/// Sees to it that what is left of a sale's journal is in the database, before the sale is rebuilt
/// (L28): does it, or waits until the writer that is at work has done it, at most
/// `limits::catch_up`. A ledger that turns out to have gone back is frozen, and is not read (L25).
/// What the ledger says of the sale then. One thread; blocks.
[[nodiscard]] or_complaint<word> catch_up(const database_address& where, journal_feed& feed,
                                          const std::string& sale);

}  // namespace onsale::orders
