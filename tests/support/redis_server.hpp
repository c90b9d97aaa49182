#pragma once

#include "support/child.hpp"
#include "support/free_port.hpp"
#include "support/temporary_directory.hpp"

#include "onsale/redis/endpoint.hpp"
#include "onsale/redis/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace onsale::test {

/// A real Redis of the test's own: its data in a fresh directory, a unix socket, as durable as the
/// ledger has to be. Stopped, and its data removed, when this goes. One thread.
class redis_server {
  public:
    struct options {
        bool tcp = false;                        ///< listens on a free port as well
        std::vector<std::string> arguments{};    ///< as on its command line; they override
        std::vector<std::string> environment{};  ///< `NAME=VALUE`
    };

    redis_server() : redis_server{options{}} {}
    explicit redis_server(options chosen);

    /// By the unix socket.
    [[nodiscard]] redis::endpoint endpoint() const;
    /// By TCP; only with `options::tcp`.
    [[nodiscard]] redis::endpoint tcp_endpoint() const;

    /// A new connection; throws if there is none to be had.
    [[nodiscard]] redis::session connect() const;

    /// Starts it again, on the data that is there; answers when it does.
    void start();
    /// As an operator stops it.
    void stop();
    /// `kill -9`.
    void kill();

    /// Forgets every script, as a restart or a failover does.
    void flush_scripts() const;

    [[nodiscard]] const std::filesystem::path& directory() const { return directory_.path(); }
    /// For signals such as SIGSTOP.
    [[nodiscard]] const child& process() const { return *process_; }
    [[nodiscard]] child& process() { return *process_; }

  private:
    [[nodiscard]] std::vector<std::string> command_line() const;
    [[nodiscard]] bool answers() const;

    options options_;
    temporary_directory directory_;
    std::optional<free_port> port_;
    std::optional<child> process_;
};

}  // namespace onsale::test
