#pragma once

#include "onsale/app/config.hpp"
#include "onsale/redis/endpoint.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <optional>
#include <string>

// The subcommands. Each function adds its command to the program; when it is chosen, `status`
// becomes what it ended with.

namespace onsale::app {

/// Exit statuses, everywhere the same.
enum exit_status : int { done = 0, promise_broken = 1, wrong_use = 2, not_reachable = 3 };

/// Why a command ends without having done it.
struct failure {
    exit_status status;
    std::string sentence;
};

template <class T>
using or_failure = boost::system::result<T, failure>;

/// Prints the sentence to standard error and returns the status.
exit_status complain(const failure& why);

/// `--config` and `--redis`: where the ledger is; `--orders`: where its orders are. Lives as long
/// as the program.
class ledger_options {
  public:
    void add_to(CLI::App& command);
    void add_orders_to(CLI::App& command);

    [[nodiscard]] or_complaint<redis::endpoint> endpoint() const;

    /// Nothing with `--orders none`.
    [[nodiscard]] or_complaint<std::optional<orders::database_address>> orders() const;

  private:
    std::string config_;
    std::string redis_;
    std::string orders_;
};

/// Empty, or why that is no sale id: for CLI11's `check`.
[[nodiscard]] std::string check_sale(const std::string& text);

/// `path` if given, else config/node.toml if it is there, else empty: defaults.
[[nodiscard]] std::string config_path(const std::string& given);

void add_serve(CLI::App& program, int& status);
void add_config(CLI::App& program, int& status);
void add_sale(CLI::App& program, int& status);
void add_reservation(CLI::App& program, int& status);
void add_audit(CLI::App& program, int& status);
void add_rehearse(CLI::App& program, int& status);
void add_orders(CLI::App& program, int& status);
void add_sabotage(CLI::App& program, int& status);  ///< with ONSALE_SABOTAGE only

/// The log of a program that runs until it is told to stop: standard error, a line each.
void start_log(const std::string& level);

}  // namespace onsale::app
