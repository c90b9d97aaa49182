#pragma once

#include "onsale/core/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

// Where the order database is.

namespace onsale::orders {

struct database_address {
    enum class kind : std::uint8_t { sqlite, postgresql };

    kind is = kind::sqlite;
    std::string where;  ///< SQLite: the file. PostgreSQL: a connection URI, as libpq reads it
    std::string name;   ///< for people: without a password
};

/// Reads `sqlite://path/to/orders.db` (three slashes: from the root) or
/// `postgresql://[user[:password]@][host][:port]/database[?parameter=value&…]`; a socket's
/// directory is given as `?host=/run/postgresql`. Nothing else is known.
[[nodiscard]] or_complaint<database_address> parse_database(std::string_view url);

}  // namespace onsale::orders
