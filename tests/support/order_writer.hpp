#pragma once

#include "support/child.hpp"
#include "support/node.hpp"
#include "support/temporary_directory.hpp"

#include "onsale/redis/endpoint.hpp"

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace onsale::test {

/// The built `onsale orders`. Killed when this goes. One thread, and by the thread that made it.
class order_writer {
  public:
    order_writer(const redis::endpoint& ledger, std::string database);

    /// What it has printed, over all its lives.
    [[nodiscard]] std::string log() const { return text_of(directory_.path() / "orders.log"); }
    [[nodiscard]] bool has_told(const std::string& text) const { return times_told(text) > 0; }
    [[nodiscard]] int times_told(const std::string& text) const;
    [[nodiscard]] child& process() noexcept { return *process_; }

    /// SIGTERM, and its exit status, see `child::wait`.
    std::optional<int> stop(std::chrono::milliseconds patience = std::chrono::seconds{20});
    /// `kill -9`.
    void kill() { process_->kill(); }
    /// Starts it (again); it must not be running. `environment`: variables, NAME=VALUE.
    void start(const std::vector<std::string>& environment = {});

  private:
    redis::endpoint ledger_;
    std::string database_;
    temporary_directory directory_;
    std::optional<child> process_;
};

}  // namespace onsale::test
