#include "onsale/app/config.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"

#include <spdlog/fmt/fmt.h>
#include <toml++/toml.h>

#include <array>
#include <fstream>
#include <limits>
#include <sstream>
#include <variant>

namespace onsale::app {

namespace {

using text_field = std::string config::*;
using number_field = std::int64_t config::*;
using share_field = double config::*;
using switch_field = bool config::*;
using field = std::variant<text_field, number_field, share_field, switch_field>;

struct setting {
    std::string_view table;
    std::string_view key;
    field where;
    std::string_view standard;  ///< the default, as TOML
    double least;               ///< numbers only
    double most;
    std::string_view sentence;
};

constexpr std::array settings{
    setting{"node", "listen", &config::listen, "\"127.0.0.1\"", 0, 0,
            "Address to listen on. Buyers come through Nginx; open it to others only behind a "
            "firewall."},
    setting{"node", "port", &config::port, "3001", 1, 65535, "Port to listen on."},
    setting{"node", "threads", &config::threads, "1", 1, 64,
            "Threads, each with its own listener and its own Redis connection."},
    setting{"node", "weight", &config::weight, "1", 0, 1'000'000,
            "This node's weight, as in nginx.conf: its share of the local stock."},
    setting{"node", "weights", &config::weights, "10", 1, 1'000'000,
            "The sum of all nodes' weights."},
    setting{"node", "buffer", &config::buffer, "0.10", 0, 100,
            "Extra local stock, as a share of its own, to cover for a dead node."},
    setting{"node", "local_stock", &config::local_stock, "0", 0, 1e9,
            "Local stock in tickets; 0: total * weight / weights * (1 + buffer)."},
    setting{
        "node", "top_up", &config::top_up, "true", 0, 0,
        "Grant more local stock while the ledger has tickets. Off: local stock gone is sold out."},
    setting{"node", "default_sale", &config::default_sale, "\"demo\"", 0, 0,
            "The sale of /buy/ticket when the request names none."},
    setting{"node", "trust_request_id", &config::trust_request_id, "false", 0, 0,
            "Take X-Request-ID as the key of a purchase. Only behind a proxy that sets it."},
    setting{"node", "require_buyer", &config::require_buyer, "false", 0, 0,
            "Refuse purchases that name no buyer; without a buyer no limit binds."},
    setting{"node", "stat_log", &config::stat_log, "\"\"", 0, 0,
            "File for one line per purchase answered (result:1,localSales:150); empty: none."},
    setting{"node", "log_level", &config::log_level, "\"info\"", 0, 0,
            "debug, info, warning or error; the log goes to standard error."},
    setting{"redis", "socket", &config::redis_socket, "\"run/redis/redis.sock\"", 0, 0,
            "Unix socket of the ledger; empty: host and port."},
    setting{"redis", "host", &config::redis_host, "\"127.0.0.1\"", 0, 0, "Host of the ledger."},
    setting{"redis", "port", &config::redis_port, "6390", 1, 65535, "Port of the ledger."},
    setting{"redis", "user", &config::redis_user, "\"\"", 0, 0,
            "User to log in as; empty: the default user."},
    setting{"redis", "password_file", &config::redis_password_file, "\"\"", 0, 0,
            "File whose first line is the password; empty: none."},
    setting{"redis", "database", &config::redis_database, "0", 0, 1'000'000, "Database number."},
    setting{"redis", "durability", &config::durability, "\"always\"", 0, 0,
            "What Redis must do, or the node refuses: always (an acknowledged ticket survives kill "
            "-9), "
            "everysec, none."},
    setting{"payments", "secret_file", &config::payment_secret_file, "\"\"", 0, 0,
            "File whose first line is the secret that the payment side signs with, 16 bytes or "
            "more; empty: payments are answered 503."},
    setting{"payments", "late_payment", &config::late_payment, "\"rebuy\"", 0, 0,
            "A payment past the pay-by: rebuy (the tickets are bought again, if they can still be "
            "had) or refuse (the money is owed)."},
    setting{
        "orders", "database", &config::orders_database, "\"sqlite://run/orders/orders.db\"", 0, 0,
        "The order database: sqlite://FILE, or postgresql://USER@HOST/DATABASE as libpq takes it. "
        "A password is better kept in ~/.pgpass."},
};

std::string name_of(const setting& one) {
    return fmt::format("{}.{}", one.table, one.key);
}

const setting* find(std::string_view table, std::string_view key) {
    for (const auto& one : settings) {
        if (one.table == table && one.key == key) return &one;
    }
    return nullptr;
}

/// Empty, or why `value` does not do.
std::string store(config& into, const setting& one, const toml::node& value) {
    const auto out_of_range = [&](double number) {
        const bool within = number >= one.least && number <= one.most;  // false for nan
        return within ? std::string{}
                      : fmt::format("{} must be from {} to {}", name_of(one), one.least, one.most);
    };
    if (const auto* text = std::get_if<text_field>(&one.where)) {
        const auto given = value.value_exact<std::string>();
        if (!given) return name_of(one) + " must be a text in quotes";
        into.*(*text) = *given;
    } else if (const auto* number = std::get_if<number_field>(&one.where)) {
        const auto given = value.value_exact<std::int64_t>();
        if (!given) return name_of(one) + " must be a whole number";
        into.*(*number) = *given;
        return out_of_range(static_cast<double>(*given));
    } else if (const auto* part = std::get_if<share_field>(&one.where)) {
        const auto given = value.value<double>();
        if (!given) return name_of(one) + " must be a number";
        into.*(*part) = *given;
        return out_of_range(*given);
    } else if (const auto* flag = std::get_if<switch_field>(&one.where)) {
        const auto given = value.value_exact<bool>();
        if (!given) return name_of(one) + " must be true or false";
        into.*(*flag) = *given;
    }
    return {};
}

/// Empty, or what is wrong in `document`, with its place: a file has lines, an override has none.
std::string store_all(config& into, const toml::table& document, const std::string& name,
                      bool has_lines) {
    const auto at = [&](const toml::node& node) {
        return has_lines ? fmt::format("{}, line {}: ", name, node.source().begin.line)
                         : name + ": ";
    };
    for (const auto& [table_name, table] : document) {
        if (!table.is_table()) {
            return at(table) +
                   fmt::format(
                       "there is no key '{}' outside the tables; 'onsale config' lists them all",
                       table_name.str());
        }
        for (const auto& [key, value] : *table.as_table()) {
            const auto* one = find(table_name.str(), key.str());
            if (one == nullptr) {
                return at(value) +
                       fmt::format("there is no key '{}.{}'; 'onsale config' lists them all",
                                   table_name.str(), key.str());
            }
            const auto problem = store(into, *one, value);
            if (!problem.empty()) return at(value) + problem;
        }
    }
    return {};
}

/// `table.key=value` as a document. A value that is not TOML is taken as text, so that quotes are
/// not needed on a command line.
or_complaint<toml::table> parse_override(const std::string& text) {
    const auto equals = text.find('=');
    const auto dot = text.find('.');
    if (equals == std::string::npos || dot == std::string::npos || dot > equals) {
        return complaint{fmt::format("'{}' is no setting; write table.key=value", text)};
    }
    const auto table = text.substr(0, dot);
    const auto key = text.substr(dot + 1, equals - dot - 1);
    const auto value = text.substr(equals + 1);
    const auto* known = find(table, key);
    const bool is_text = known != nullptr && std::holds_alternative<text_field>(known->where);
    try {
        if (is_text && !value.starts_with('"')) {
            return toml::table{{table, toml::table{{key, value}}}};
        }
        return toml::parse(fmt::format("[{}]\n{} = {}\n", table, key, value));
    } catch (const toml::parse_error&) {
        return complaint{fmt::format("'{}': '{}' is no value for it", text, value)};
    }
}

std::string check(const config& made) {
    if (!is_sale_id(made.default_sale)) {
        return fmt::format("node.default_sale: '{}' is no sale id", made.default_sale);
    }
    if (made.weight > made.weights) return "node.weight must not be above node.weights, their sum";
    if (made.late_payment != "rebuy" && made.late_payment != "refuse") {
        return "payments.late_payment must be rebuy or refuse";
    }
    if (made.durability != "always" && made.durability != "everysec" && made.durability != "none") {
        return "redis.durability must be always, everysec or none";
    }
    if (made.log_level != "debug" && made.log_level != "info" && made.log_level != "warning" &&
        made.log_level != "error") {
        return "node.log_level must be debug, info, warning or error";
    }
    const auto database = orders::parse_database(made.orders_database);
    if (!database) return "orders.database: " + database.error().sentence;
    return {};
}

}  // namespace

std::string example_config() {
    std::string text =
        "# onsale's configuration: every key with its default. Made by `onsale config`.\n";
    std::string_view table;
    for (const auto& one : settings) {
        if (one.table != table) {
            table = one.table;
            text += fmt::format("\n[{}]\n", table);
        }
        text += fmt::format("\n# {}\n{} = {}\n", one.sentence, one.key, one.standard);
    }
    return text;
}

or_complaint<config> load_config(const std::string& path,
                                 const std::vector<std::string>& overrides) {
    config made;
    auto problem = store_all(made, toml::parse(example_config()), "the defaults", true);
    if (!problem.empty()) return complaint{problem};
    if (!path.empty() && !std::ifstream{path}) {
        return complaint{
            fmt::format("{} cannot be read; --config names the configuration file", path)};
    }
    try {
        if (!path.empty()) problem = store_all(made, toml::parse_file(path), path, true);
    } catch (const toml::parse_error& error) {
        return complaint{
            fmt::format("{}, line {}: {}", path, error.source().begin.line, error.description())};
    }
    if (!problem.empty()) return complaint{problem};
    for (const auto& text : overrides) {
        const auto document = parse_override(text);
        if (!document) return document.error();
        problem = store_all(made, *document, "--set " + text, false);
        if (!problem.empty()) return complaint{problem};
    }
    problem = check(made);
    if (!problem.empty()) return complaint{problem};
    return made;
}

or_complaint<payment_secret> read_payment_secret(const config& from) {
    if (from.payment_secret_file.empty()) return payment_secret{};
    std::ifstream file{from.payment_secret_file};
    payment_secret secret;
    std::getline(file, secret.bytes);
    if (secret.bytes.size() < limits::payment_secret) {
        return complaint{fmt::format(
            "payments.secret_file: the first line of {} is to be a secret of {} bytes or more",
            from.payment_secret_file, limits::payment_secret)};
    }
    return secret;
}

or_complaint<orders::database_address> order_database(const config& from) {
    return orders::parse_database(from.orders_database);
}

or_complaint<redis::endpoint> ledger_endpoint(const config& from) {
    redis::endpoint to;
    to.socket = from.redis_socket;
    to.host = from.redis_host;
    to.port = static_cast<std::uint16_t>(from.redis_port);
    to.user = from.redis_user;
    to.database = static_cast<int>(from.redis_database);
    if (!from.redis_password_file.empty()) {
        std::ifstream file{from.redis_password_file};
        if (!std::getline(file, to.password) || to.password.empty()) {
            return complaint{fmt::format("redis.password_file: no password can be read from {}",
                                         from.redis_password_file)};
        }
    }
    return to;
}

}  // namespace onsale::app
