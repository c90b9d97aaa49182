#pragma once

#include "support/ledger_client.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace onsale::test {

/// How often Redis has carried out each of its commands, by name in lower case; those that scripts
/// call count too.
[[nodiscard]] std::map<std::string, std::int64_t> command_counts(ledger_client& ledger);

/// From now on.
void reset_command_counts(ledger_client& ledger);

}  // namespace onsale::test
