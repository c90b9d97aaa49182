#pragma once

#include "steady_session.hpp"
#include "when.hpp"

#include "onsale/redis/word_line.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What the operator asks of the ledger about a sale.

namespace onsale::app {

/// What a sale is opened with.
struct sale_terms {
    std::int64_t total = 0;
    std::chrono::milliseconds hold{};
    std::int64_t limit = 0;
    std::int64_t price = 0;
    opening opens{.relative = true};
};

/// What a command came to: the script's verdict (lua/open.lua, lua/adjust.lua), and the sale after
/// it. The line's salt is empty: it is the sale's secret.
struct changed {
    std::string verdict;
    redis::word_line now;
};

/// All keys of a sale, in the order in which lua/settle.lua and lua/adjust.lua take them; the
/// first leaves out the last.
[[nodiscard]] std::vector<std::string> sale_keys(const std::string& sale);

/// What a script answered, taken apart.
[[nodiscard]] or_failure<changed> to_changed(const steady_session& ledger,
                                             const redis::reply& answer);

/// A sale that is not there has the state `missing`.
[[nodiscard]] or_failure<redis::word_line> read_sale(steady_session& ledger,
                                                     const std::string& sale);

/// All sales, by name; of each that cannot be read, why.
[[nodiscard]] or_failure<std::vector<std::pair<std::string, or_failure<redis::word_line>>>>
read_all_sales(steady_session& ledger);

[[nodiscard]] or_failure<changed> open_sale(steady_session& ledger, const std::string& sale,
                                            const sale_terms& terms, const std::string& operation);

/// `change` as in lua/adjust.lua. Sends the pair that a read gives right before (L5).
[[nodiscard]] or_failure<changed> adjust_sale(steady_session& ledger, const std::string& sale,
                                              const std::string& change, std::int64_t amount,
                                              const std::string& operation);

/// The ledger's clock.
[[nodiscard]] or_failure<ledger_ms> ledger_now(steady_session& ledger);

/// Why an acknowledged ticket might not survive `kill -9` with this Redis (L7); empty: it would.
[[nodiscard]] std::string durability_gap(steady_session& ledger);

}  // namespace onsale::app
