#include "shop.hpp"

#include <algorithm>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <string>
#include <string_view>

namespace onsale::bench {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite://";

/// As many as a shop keeps open; PostgreSQL allows 100, SQLite writes with one at a time anyway.
constexpr std::size_t most_connections = 32;

bool is_sqlite(const test::order_database& orders) {
    return orders.kind() == test::database_kind::sqlite;
}

std::size_t connections_for(const test::order_database& orders, const terms& given) {
    return is_sqlite(orders) ? 1 : std::min(given.threads, most_connections);
}

/// As durable as the order writer's own connections.
void connect(soci::session& one, const test::order_database& orders) {
    if (!is_sqlite(orders)) {
        one.open(soci::postgresql, orders.url());
        one << "SET client_min_messages = warning";
        return;
    }
    one.open(soci::sqlite3, "dbname=\"" + orders.url().substr(sqlite_scheme.size()) + "\"");
    one << "PRAGMA busy_timeout = 20000";
    std::string mode;
    one << "PRAGMA journal_mode = WAL", soci::into(mode);
    one << "PRAGMA synchronous = FULL";
}

std::int64_t number(soci::session& sql, const std::string& query) {
    long long answer = 0;
    sql << query, soci::into(answer);
    return answer;
}

}  // namespace

shop::shop(const test::order_database& orders, const terms& given)
    : pool_{connections_for(orders, given)}, door_{connections_for(orders, given)} {
    for (std::size_t i = 0; i < connections_for(orders, given); ++i)
        connect(pool_.at(i), orders);
    shop_visit at{*this};
    auto& sql = at.sql;
    sql << "DROP TABLE IF EXISTS shop_stock";
    sql << "DROP TABLE IF EXISTS shop_orders";
    sql << "CREATE TABLE shop_stock (next BIGINT NOT NULL, total BIGINT NOT NULL)";
    sql << "CREATE TABLE shop_orders (buyer BIGINT NOT NULL PRIMARY KEY, ticket BIGINT,"
           " state TEXT NOT NULL)";
    const long long total = given.tickets;
    sql << "INSERT INTO shop_stock VALUES (1, :total)", soci::use(total);
}

books shop::read_books() {
    shop_visit at{*this};
    auto& sql = at.sql;
    return {number(sql, "SELECT count(ticket) FROM shop_orders"),
            number(sql, "SELECT count(DISTINCT ticket) FROM shop_orders"),
            number(sql, "SELECT count(DISTINCT ticket) FROM shop_orders WHERE state = 'paid'")};
}

std::optional<std::int64_t> take_ticket(soci::session& sql) {
    long long ticket = 0;
    sql << "UPDATE shop_stock SET next = next + 1 WHERE next <= total RETURNING next - 1",
        soci::into(ticket);
    if (!sql.got_data()) return std::nullopt;
    return ticket;
}

}  // namespace onsale::bench
