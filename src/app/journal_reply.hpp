#pragma once

#include "onsale/orders/journal_feed.hpp"
#include "onsale/redis/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What Redis answers to the questions of the order writer. Nothing: no ledger of this onsale says
// that. Replies are taken apart.

namespace onsale::app {

/// Of XRANGE: `[[ID, [NAME, VALUE, …]], …]`.
[[nodiscard]] std::optional<std::vector<orders::journal_entry>> to_entries(redis::reply from);

/// Of XREAD, one stream: `[KEY, ENTRIES]`.
struct stream_piece {
    std::string key;
    std::vector<orders::journal_entry> entries;  ///< never empty
};
[[nodiscard]] std::optional<stream_piece> to_stream(redis::reply from);

/// Of HSCAN: `[CURSOR, [KEY, VALUE, …]]`.
[[nodiscard]] std::optional<orders::hash_piece> to_piece(redis::reply from);

/// One line of what lua/read.lua answers.
[[nodiscard]] std::optional<orders::told_sale> to_told(const std::string& sale,
                                                       std::string_view line);

}  // namespace onsale::app
