#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

// Requests as they lie in the buffer. No socket, no allocation.

namespace onsale::http {

enum class method : std::uint8_t { get, head, post, erase, other };

/// Views the bytes it was parsed from.
struct request {
    method verb = method::other;
    std::string_view path;
    std::string_view query;            ///< without the question mark
    std::string_view idempotency_key;  ///< empty: none
    std::string_view request_id;       ///< X-Request-ID; empty: none
    std::string_view signature;        ///< X-Onsale-Signature; empty: none
    std::string_view timestamp;        ///< X-Onsale-Timestamp; empty: none
    std::string_view body;
    bool has_length = false;        ///< Content-Length was given
    bool has_content_type = false;  ///< a body was meant
    bool keep_alive = false;
    bool http_1_0 = false;
};

enum class progress : std::uint8_t {
    need_header,  ///< the header is not complete
    need_body,    ///< the header is, the body is not
    complete,
    refused,  ///< `status` says why; the connection must be closed
};

struct parsed {
    progress is = progress::need_header;
    std::size_t consumed = 0;     ///< with `complete`
    unsigned status = 0;          ///< with `refused`
    bool wants_continue = false;  ///< with `need_body`: the client waits for a 100
};

/// Parses one request from the front of `bytes`. Refuses what design §6 names: any
/// Transfer-Encoding (501), odd or repeated Content-Length (400), header over 8 KiB (431), body
/// over 1 KiB (413).
[[nodiscard]] parsed parse_request(std::string_view bytes, request& into);

}  // namespace onsale::http
