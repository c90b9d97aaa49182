#pragma once

#include "support/child.hpp"
#include "support/free_port.hpp"
#include "support/temporary_directory.hpp"

#include "onsale/redis/endpoint.hpp"

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace onsale::test {

/// The program under test.
[[nodiscard]] std::string onsale_binary();

/// The project's own config/.
[[nodiscard]] std::filesystem::path project_config();

/// The whole text of a file; empty if there is none.
[[nodiscard]] std::string text_of(const std::filesystem::path& file);

/// What tells a program of ours where the ledger is, as after --set.
[[nodiscard]] std::vector<std::string> settings_for(const redis::endpoint& ledger);

/// A node: the built `onsale serve` on a free port of its own, its stat log in a fresh directory.
/// Killed when this goes. One thread, and by the thread that made it.
class node {
  public:
    struct options {
        std::vector<std::string> settings{};  ///< as after --set, e.g. `node.threads=4`
        bool becomes_ready = true;            ///< waits until it is
        int descriptors = 0;                  ///< how many files it may open; 0: as many as we may
        std::filesystem::path output{};       ///< where it prints; empty: a file of its own
        /// Variables of its environment, NAME=VALUE.
        std::vector<std::string> environment{};
    };

    /// `ledger`: redis_server's `endpoint()`, `tcp_endpoint()`, or what stands in front of it.
    explicit node(const redis::endpoint& ledger) : node{ledger, options{}} {}
    node(const redis::endpoint& ledger, options chosen);

    [[nodiscard]] std::uint16_t port() const noexcept { return port_.number(); }
    [[nodiscard]] pid_t pid() const noexcept { return process_->pid(); }
    [[nodiscard]] child& process() noexcept { return *process_; }

    [[nodiscard]] bool is_ready() const;
    /// The status of /readyz; 0: nobody answers.
    [[nodiscard]] unsigned readiness() const;

    /// What it has printed into its own file, over all its lives.
    [[nodiscard]] std::string log() const { return text_of(own_output()); }
    /// Waits for it: a node writes its log beside its work.
    [[nodiscard]] bool says(const std::string& text) const;
    [[nodiscard]] std::filesystem::path stat_log() const { return directory_.path() / "stat.log"; }

    /// SIGTERM; does not wait.
    void terminate() { process_->send(SIGTERM); }
    /// `kill -9`.
    void kill() { process_->kill(); }
    /// Its exit status, see `child::wait`.
    std::optional<int> wait(std::chrono::milliseconds patience) { return process_->wait(patience); }

    /// Starts it (again), on the same port with the same settings; it must not be running.
    void start();
    /// The same, in another environment from now on, and without waiting until it is ready.
    void start_in(std::vector<std::string> environment);

  private:
    [[nodiscard]] std::vector<std::string> command_line() const;
    [[nodiscard]] std::filesystem::path own_output() const {
        return directory_.path() / "node.log";
    }
    [[nodiscard]] std::filesystem::path output() const {
        return options_.output.empty() ? own_output() : options_.output;
    }

    redis::endpoint ledger_;
    options options_;
    temporary_directory directory_;
    free_port port_;
    std::optional<child> process_;
};

/// Lines in a stat log, all and those of tickets sold.
struct stat_lines {
    std::int64_t all = 0;
    std::int64_t sold = 0;
};
[[nodiscard]] stat_lines count_stat_lines(const node& of);

}  // namespace onsale::test
