#pragma once

#include <array>
#include <string>
#include <string_view>

// The ledger's scripts (lua/), embedded at build time.

namespace onsale::redis {

namespace source {
extern const std::string_view open;
extern const std::string_view reserve;
extern const std::string_view settle;
extern const std::string_view adjust;
extern const std::string_view read;
extern const std::string_view ordered;
extern const std::string_view rebuild;
extern const std::string_view rights;
}  // namespace source

struct script {
    std::string_view name;
    std::string_view text;
    std::string sha;  ///< as EVALSHA wants it
};

[[nodiscard]] const script& open_script();
[[nodiscard]] const script& reserve_script();
[[nodiscard]] const script& settle_script();
[[nodiscard]] const script& adjust_script();
[[nodiscard]] const script& read_script();
[[nodiscard]] const script& ordered_script();
[[nodiscard]] const script& rebuild_script();
[[nodiscard]] const script& rights_script();

/// Those that a node uses, to be loaded at every connect.
[[nodiscard]] std::array<const script*, 7> all_scripts();

}  // namespace onsale::redis
