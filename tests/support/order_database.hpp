#pragma once

#include "support/temporary_directory.hpp"

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace onsale::test {

class postgresql_server;

enum class database_kind { sqlite, postgresql };

[[nodiscard]] std::string name_of(database_kind kind);

/// In the names of tests.
void PrintTo(database_kind kind, std::ostream* to);

/// An order database of the test's own, empty at first. One thread.
class order_database {
  public:
    explicit order_database(database_kind kind);
    ~order_database();

    [[nodiscard]] database_kind kind() const noexcept { return kind_; }

    /// As in `orders.database`.
    [[nodiscard]] std::string url() const;
    /// Of PostgreSQL's server; empty with SQLite.
    [[nodiscard]] std::string socket() const;
    /// Where SQLite's file lies, and PostgreSQL's tables after `move_to_directory`.
    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
    /// PostgreSQL's tables, from the cluster, which stays where it is. Nobody may be connected.
    void move_to_directory() const;

    /// What a query answers: its one column, a text, row by row. An error if it is none; empty if
    /// there is no such table yet.
    [[nodiscard]] std::vector<std::string> column(const std::string& query) const;
    /// The one number that a query answers; 0 if there is no such table yet.
    [[nodiscard]] long long number(const std::string& query) const;
    void execute(const std::string& statement) const;

    /// From now on nobody can write: the server is stopped; a file of SQLite's is locked.
    void take_away();

    /// How long a statement of ours waits for SQLite's lock before it fails as `is_locked` says: a
    /// writer that is stopped may hold it.
    void wait_at_most(std::chrono::milliseconds patience) { patience_ = patience; }
    [[nodiscard]] static bool is_locked(const std::exception& failure);
    void bring_back();

    /// `kill -9` of the server. SQLite has none: its file is in the hands of whoever writes.
    void kill();
    /// Starts a server that was killed and is down; does not wait.
    void start_if_killed();
    [[nodiscard]] bool answers() const;

    /// Keeps what is in it now, or puts that back. Nobody may be connected.
    void keep_copy();
    void put_copy_back();

    /// Refuses orders of this buyer, as a constraint of the operator's does: those that `when`
    /// (of one column) holds for.
    void refuse_buyer(const std::string& buyer, const std::string& when = "quantity > 0") const;
    void refuse_nobody() const;

  private:
    class connection;
    [[nodiscard]] std::unique_ptr<connection> connect(const std::string& database = "orders") const;
    [[nodiscard]] std::string file() const;

    database_kind kind_;
    temporary_directory directory_;
    std::unique_ptr<postgresql_server> server_;
    std::chrono::milliseconds patience_{20'000};
    bool is_killed_ = false;            ///< and not taken away since
    std::unique_ptr<connection> lock_;  ///< of SQLite, while it is taken away
};

}  // namespace onsale::test
