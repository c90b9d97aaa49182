#pragma once

#include "support/ledger_client.hpp"

#include <string>
#include <vector>

namespace onsale::test {

/// Reads the whole of a sale with plain commands and says where it breaks the law of design §1
/// (L1–L3): counters, ticket numbers, buyers, deadlines, journal. Empty: nowhere. Nobody may change
/// the sale meanwhile; its journal is untrimmed.
[[nodiscard]] std::vector<std::string> breaches_of_law(ledger_client& ledger);

/// For a message: one breach a line.
[[nodiscard]] std::string describe(const std::vector<std::string>& breaches);

}  // namespace onsale::test
