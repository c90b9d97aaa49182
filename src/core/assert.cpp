#include "onsale/core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace onsale {

void assertion_failed(const char* expression, const char* file, int line) noexcept {
    std::fprintf(stderr, "onsale: a bug: %s does not hold (%s:%d)\n", expression, file, line);
    std::abort();
}

}  // namespace onsale
