#pragma once

#include "../sale_ledger.hpp"
#include "rebuilt_sale.hpp"

#include <cstdint>
#include <string>

namespace onsale::app {

/// Writes a rebuilt sale to the ledger, where it is frozen or missing: in pieces that never hold
/// Redis up, and of which nobody sees anything before the last (lua/rebuild.lua). Tells how far it
/// is. The script's last verdict, and the sale as it is then. Takes the place of none that has come
/// further than `seen`.
[[nodiscard]] or_failure<changed> write_rebuilt(steady_session& ledger, const std::string& sale,
                                                std::int64_t epoch, ledger_version seen,
                                                const rebuilt_sale& rebuilt);

}  // namespace onsale::app
