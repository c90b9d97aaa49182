#pragma once

#include "../commands.hpp"

#include <CLI/CLI.hpp>

namespace onsale::app {

/// Adds `rebuild` to the subcommands of `sale`.
void add_rebuild(CLI::App& sale, int& status);

}  // namespace onsale::app
