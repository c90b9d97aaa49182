#pragma once

// A bug stops the process, in every build: a node that no longer knows what it is doing must not
// sell. Nginx and the other nodes cover for it, and the ledger has lost nothing.

namespace onsale {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace onsale

#define ONSALE_ASSERT(expression)        \
    ((expression) ? static_cast<void>(0) \
                  : ::onsale::assertion_failed(#expression, __FILE__, __LINE__))
