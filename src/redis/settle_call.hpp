#pragma once

#include "command.hpp"

#include "onsale/core/sale.hpp"
#include "onsale/redis/link.hpp"

#include <cstddef>

namespace onsale::redis {

/// Writes a call of lua/settle.lua about `on` up to its calls; five words for each are to follow.
void begin_settle(command_writer& command, const sale& on, late_payments late, std::size_t sweep,
                  std::size_t calls);

}  // namespace onsale::redis
