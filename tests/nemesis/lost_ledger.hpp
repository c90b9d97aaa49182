#pragma once

#include "nemesis/faults.hpp"

#include <vector>

namespace onsale::nemesis {

/// How a ledger can be lost; in the order of `lost_ledger_faults`.
enum class loss : std::uint8_t { emptied, rolled_back, deleted };
inline constexpr std::size_t losses = 3;

/// Named beside the others, and never drawn with them: what is expected is another thing.
[[nodiscard]] std::vector<fault> lost_ledger_faults();

/// An episode of its own, on a system at rest of which all is ordered: sells some, loses the
/// ledger while a crowd is buying, and holds it against P10: nobody sells, the audit lists the gap,
/// a rebuild brings everything back that has an order, what was told and has none is not sold to
/// somebody else, and the sale is open again. Then nothing is held that does not end.
/// `restarts`: nodes are started anew too, so that nobody but the orders remembers.
void lose_ledger(scene& at, loss how, bool restarts);

}  // namespace onsale::nemesis
