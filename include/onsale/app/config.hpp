#pragma once

#include "onsale/core/error.hpp"
#include "onsale/orders/address.hpp"
#include "onsale/redis/endpoint.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// A node's configuration: one table of keys parses, checks, prints and documents it.

namespace onsale::app {

struct config {
    std::string listen;
    std::int64_t port = 0;
    std::int64_t threads = 0;
    std::int64_t weight = 0;
    std::int64_t weights = 0;
    double buffer = 0;
    std::int64_t local_stock = 0;
    bool top_up = false;
    std::string default_sale;
    bool trust_request_id = false;
    bool require_buyer = false;
    std::string stat_log;
    std::string log_level;

    std::string redis_socket;
    std::string redis_host;
    std::int64_t redis_port = 0;
    std::string redis_user;
    std::string redis_password_file;
    std::int64_t redis_database = 0;
    std::string durability;

    std::string payment_secret_file;
    std::string late_payment;

    std::string orders_database;
};

/// Reads `path` (empty: defaults only), then `overrides` as `table.key=value`. An unknown key, a
/// wrong type and a value out of range are sentences that name the line.
[[nodiscard]] or_complaint<config> load_config(const std::string& path,
                                               const std::vector<std::string>& overrides);

/// The ledger's address; reads the password file.
[[nodiscard]] or_complaint<redis::endpoint> ledger_endpoint(const config& from);

/// What payments are signed with; empty: no secret is configured, payments are off.
struct payment_secret {
    std::string bytes;
};

/// Reads the secret's file.
[[nodiscard]] or_complaint<payment_secret> read_payment_secret(const config& from);

/// Where the order database is.
[[nodiscard]] or_complaint<orders::database_address> order_database(const config& from);

/// The whole table as TOML with its sentences: what `config/node.toml` is made of.
[[nodiscard]] std::string example_config();

}  // namespace onsale::app
