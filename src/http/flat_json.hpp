#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The bodies that a node takes: an object of texts and whole numbers. No socket.

namespace onsale::http {

/// One of text and number is there.
struct json_field {
    std::string name;
    std::optional<std::string> text;
    std::optional<std::int64_t> number;
};

/// The fields, in order; nothing if `body` is anything else: not JSON, not an object, a value of
/// another kind, a name said twice, more fields than a body has.
[[nodiscard]] std::optional<std::vector<json_field>> parse_flat_json(std::string_view body);

}  // namespace onsale::http
