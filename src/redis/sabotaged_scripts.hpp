#pragma once

#include <string_view>

// The bugs of core/sabotage.hpp that are in Lua: a piece of a script's text is another one.

namespace onsale::redis {

#ifdef ONSALE_SABOTAGE

/// `text`, with the bug that is asked for. Aborts if a piece of any bug of this script is not in
/// it exactly once: the script has changed, and the bug has to follow.
[[nodiscard]] std::string_view sabotaged(std::string_view script, std::string_view text);

#else

[[nodiscard]] constexpr std::string_view sabotaged(std::string_view /*script*/,
                                                   std::string_view text) noexcept {
    return text;
}

#endif

}  // namespace onsale::redis
