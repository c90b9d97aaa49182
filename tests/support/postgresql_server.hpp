#pragma once

#include "support/child.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace onsale::test {

/// A real PostgreSQL of the test's own: a fresh cluster, reached by a unix socket only, as durable
/// as by default. It refuses to be root: then it runs as the user `postgres`. Stopped, and its data
/// removed, when this goes. One thread.
class postgresql_server {
  public:
    postgresql_server();
    ~postgresql_server();
    postgresql_server(const postgresql_server&) = delete;
    postgresql_server& operator=(const postgresql_server&) = delete;

    /// As libpq takes it.
    [[nodiscard]] std::string url(const std::string& database) const;
    /// Its unix socket, for what stands in front of it.
    [[nodiscard]] std::string socket() const {
        return (directory_.path() / ".s.PGSQL.5432").string();
    }

    /// A directory becomes the user's that the server runs as.
    static void give(const std::filesystem::path& directory);

    /// Starts it again, on the data that is there; answers when it does.
    void start();
    /// As an operator stops it: whoever is connected is cut off.
    void stop();
    /// `kill -9` of the server; its workers see that and end.
    void kill();
    /// Starts it and does not wait. After a kill it ends again as long as old workers are there.
    void begin();
    [[nodiscard]] bool is_running() { return process_->is_running(); }
    [[nodiscard]] bool answers() const;

  private:
    [[nodiscard]] std::string program(const std::string& name) const;
    [[nodiscard]] std::filesystem::path log() const { return directory_.path() / "postgresql.log"; }
    [[nodiscard]] std::vector<std::string> as_its_user(std::vector<std::string> command) const;

    temporary_directory directory_;
    std::string programs_;
    std::optional<child> process_;
};

}  // namespace onsale::test
