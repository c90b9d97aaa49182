#pragma once

#include "onsale/core/sale.hpp"
#include "onsale/core/word.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The line by which every script tells a sale's word (lua/include/sale.lua).

namespace onsale::redis {

/// All that the line holds: the word, and what else the ledger keeps about the sale.
struct word_line {
    word says;  ///< `sent` is the caller's to set
    std::int64_t hold_ms = 0;
    std::int64_t limit = 0;  ///< tickets per buyer; 0: none
    std::int64_t price = 0;
    std::string_view salt;      ///< 32 hex digits; views the line
    std::int64_t withheld = 0;  ///< tickets that a rebuild keeps out of the sale (L28)
};

/// Lets `about` hear what was answered to a command of `sent`. False: a sale of that name with
/// another salt is another one, whose numbers mean nothing here; that which `about` is has been
/// lost.
bool hear(sale& about, const word_line& line, time_point sent) noexcept;

/// Nothing if `line` is not a word.
[[nodiscard]] std::optional<word_line> parse_word_line(std::string_view line) noexcept;

/// Why the ledger cannot read a sale (another format, a damaged field); nothing if `line` does not
/// say that.
[[nodiscard]] std::optional<std::string_view> parse_unreadable(std::string_view line) noexcept;

}  // namespace onsale::redis
