#include "support/order_database.hpp"

#include "support/postgresql_server.hpp"

#include <filesystem>
#include <ostream>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <stdexcept>
#include <string_view>

namespace onsale::test {

std::string name_of(database_kind kind) {
    return kind == database_kind::sqlite ? "Sqlite" : "Postgresql";
}

void PrintTo(database_kind kind, std::ostream* to) {
    *to << name_of(kind);
}

class order_database::connection {
  public:
    connection(const soci::backend_factory& factory, const std::string& where)
        : sql{factory, where} {}
    soci::session sql;
};

order_database::order_database(database_kind kind) : kind_{kind} {
    if (kind_ == database_kind::sqlite) return;
    server_ = std::make_unique<postgresql_server>();
    connect("postgres")->sql << "CREATE DATABASE orders";
}

order_database::~order_database() = default;

std::string order_database::file() const {
    return (directory_.path() / "orders.db").string();
}

std::string order_database::url() const {
    return kind_ == database_kind::sqlite ? "sqlite://" + file() : server_->url("orders");
}

std::string order_database::socket() const {
    return server_ ? server_->socket() : std::string{};
}

void order_database::move_to_directory() const {
    if (!server_) return;
    postgresql_server::give(directory());
    const auto to = connect("postgres");
    to->sql << "CREATE TABLESPACE elsewhere LOCATION '" + directory().string() + "'";
    to->sql << "ALTER DATABASE orders SET TABLESPACE elsewhere";
}

std::unique_ptr<order_database::connection> order_database::connect(
    const std::string& database) const {
    if (kind_ == database_kind::postgresql) {
        auto made = std::make_unique<connection>(soci::postgresql, server_->url(database));
        made->sql << "SET client_min_messages = warning";
        return made;
    }
    auto made = std::make_unique<connection>(soci::sqlite3, "dbname=\"" + file() + "\"");
    made->sql << "PRAGMA busy_timeout = " + std::to_string(patience_.count());
    return made;
}

std::vector<std::string> order_database::column(const std::string& query) const {
    const auto to = connect();
    std::vector<std::string> all;
    std::string one;
    try {
        soci::statement rows = (to->sql.prepare << query, soci::into(one));
        rows.execute();
        while (rows.fetch())
            all.push_back(one);
    } catch (const soci::soci_error& error) {
        const std::string why = error.what();
        const bool is_early = why.find("no such table") != std::string::npos ||
                              why.find("does not exist") != std::string::npos;
        if (!is_early) throw;
    }
    return all;
}

long long order_database::number(const std::string& query) const {
    const auto answer = column("SELECT CAST(COALESCE((" + query + "), 0) AS TEXT)");
    return answer.empty() ? 0 : std::stoll(answer.front());
}

void order_database::execute(const std::string& statement) const {
    connect()->sql << statement;
}

void order_database::kill() {
    if (!server_) return;
    server_->kill();
    is_killed_ = true;
}

void order_database::start_if_killed() {
    if (is_killed_ && !server_->is_running()) server_->begin();
}

bool order_database::answers() const {
    return !server_ || server_->answers();
}

void order_database::take_away() {
    is_killed_ = false;
    if (server_) return server_->stop();
    auto locking = connect();
    locking->sql << "BEGIN IMMEDIATE";
    lock_ = std::move(locking);
}

bool order_database::is_locked(const std::exception& failure) {
    return std::string_view{failure.what()}.find("database is locked") != std::string_view::npos;
}

void order_database::bring_back() {
    if (server_) return server_->start();
    lock_->sql << "ROLLBACK";
    lock_.reset();
}

void order_database::keep_copy() {
    if (server_) {
        connect("postgres")->sql << "CREATE DATABASE copy TEMPLATE orders";
        return;
    }
    std::string folded;
    connect()->sql << "PRAGMA wal_checkpoint(TRUNCATE)", soci::into(folded);
    std::filesystem::copy_file(file(), file() + ".copy");
}

void order_database::put_copy_back() {
    if (server_) {
        const auto to = connect("postgres");
        to->sql << "DROP DATABASE orders";
        to->sql << "CREATE DATABASE orders TEMPLATE copy";
        return;
    }
    std::filesystem::remove(file() + "-wal");
    std::filesystem::remove(file() + "-shm");
    std::filesystem::copy_file(file() + ".copy", file(),
                               std::filesystem::copy_options::overwrite_existing);
}

void order_database::refuse_buyer(const std::string& buyer, const std::string& when) const {
    if (server_) {
        return execute("ALTER TABLE orders ADD CONSTRAINT refused CHECK (NOT (buyer = '" + buyer +
                       "' AND " + when + "))");
    }
    const auto raise = " ON orders WHEN NEW.buyer = '" + buyer + "' AND NEW." + when +
                       " BEGIN SELECT RAISE(ABORT, 'refused'); END";
    const auto to = connect();
    to->sql << "BEGIN IMMEDIATE";
    to->sql << "CREATE TRIGGER refused BEFORE INSERT" + raise;
    to->sql << "CREATE TRIGGER refused_too BEFORE UPDATE" + raise;
    to->sql << "COMMIT";
}

void order_database::refuse_nobody() const {
    if (server_) return execute("ALTER TABLE orders DROP CONSTRAINT refused");
    execute("DROP TRIGGER refused");
    execute("DROP TRIGGER refused_too");
}

}  // namespace onsale::test
