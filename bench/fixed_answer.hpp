#pragma once

#include <string_view>

// What every server under comparison answers: a node's "sold out", to the byte.

namespace onsale::bench {

inline constexpr std::string_view fixed_body = "{\"code\":-1,\"msg\":\"已售罄\"}";
static_assert(fixed_body.size() == 29);

inline constexpr std::string_view fixed_answer =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 29\r\n"
    "Cache-Control: no-store\r\n\r\n{\"code\":-1,\"msg\":\"已售罄\"}";

}  // namespace onsale::bench
