#pragma once

#include "support/child.hpp"
#include "support/free_port.hpp"
#include "support/temporary_directory.hpp"

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace onsale::test {

/// A real Nginx with the project's own config/nginx.conf and nodes.conf, in which only the ports
/// are others. Stopped when this goes. One thread, and by the thread that made it.
class nginx_server {
  public:
    /// `nodes`: the ports that stand for 3001, 3002, 3003 and 3004, in this order.
    explicit nginx_server(const std::vector<std::uint16_t>& nodes);
    ~nginx_server();
    nginx_server(const nginx_server&) = delete;
    nginx_server& operator=(const nginx_server&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_.number(); }
    [[nodiscard]] std::string log() const;

    /// To the master and its workers.
    void send(int signal) const;
    [[nodiscard]] child& process() noexcept { return *process_; }
    /// `kill -9` of all of them.
    void kill();
    /// As an operator does after a change of its configuration.
    void reload() const { process_->send(SIGHUP); }
    /// Starts it (again); it must not be running.
    void start();

  private:
    [[nodiscard]] std::vector<pid_t> workers() const;

    temporary_directory directory_;
    free_port port_;
    std::optional<child> process_;
};

}  // namespace onsale::test
