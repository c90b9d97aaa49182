#pragma once

#include "onsale/app/config.hpp"
#include "onsale/core/error.hpp"

namespace onsale::app {

/// Runs a node until SIGTERM or SIGINT; returns when everything in flight is answered (at most
/// `limits::stop_deadline`), at once at a second signal. The process then ends within
/// `limits::last_lines`, with status 0. A complaint if it cannot start.
[[nodiscard]] or_complaint<int> run_node(const config& chosen);

}  // namespace onsale::app
