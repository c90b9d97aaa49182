#pragma once

#include "../steady_session.hpp"
#include "../target.hpp"
#include "rebuilt_sale.hpp"

#include <optional>
#include <string>

namespace onsale::app {

/// What a node last heard of a sale (`GET /v1/sales/{sale}`); nothing if it does not know it.
/// Blocks, for `limits::operator_reply` at most.
[[nodiscard]] or_failure<std::optional<last_heard>> ask_node(const target& node,
                                                             const std::string& sale);

}  // namespace onsale::app
