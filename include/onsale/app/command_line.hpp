#pragma once

namespace onsale::app {

/// The whole program: parses the command line, runs the command, returns its exit status.
[[nodiscard]] int run(int argc, const char* const* argv);

}  // namespace onsale::app
