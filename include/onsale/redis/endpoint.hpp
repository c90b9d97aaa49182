#pragma once

#include "onsale/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Where the ledger is and how to enter it.

namespace onsale::redis {

struct endpoint {
    std::string socket;  ///< path of a unix socket; empty: host and port
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::string user;
    std::string password;
    int database = 0;

    /// For people: `unix:///run/redis.sock` or `redis://host:6379/0`, without the password.
    [[nodiscard]] std::string to_string() const;
};

/// Reads `unix:///path[?db=N]` or `redis://[user[:password]@]host[:port][/db]`. Nothing else is
/// known.
[[nodiscard]] or_complaint<endpoint> parse_endpoint(std::string_view url);

}  // namespace onsale::redis
