#include "commands.hpp"
#include "journal_reader.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/orders/writer.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace onsale::app {

namespace {

struct orders_options {
    std::string config;
    std::vector<std::string> settings;
};

std::atomic<bool> stop_asked{false};

/// A database that hangs must not keep us: ended in mid-commit is as good as stopped.
extern "C" void stop_at_once(int /*signal*/) {
    std::_Exit(0);
}

extern "C" void ask_to_stop(int /*signal*/) {
    stop_asked = true;
    alarm(static_cast<unsigned>(limits::orders_stop.count()));
}

void listen_to_signals() {
    std::signal(SIGTERM, ask_to_stop);
    std::signal(SIGINT, ask_to_stop);
    std::signal(SIGALRM, stop_at_once);
    std::signal(SIGPIPE, SIG_IGN);  // of a ledger or a database that has gone
}

int write_orders(const orders_options& options) {
    const auto chosen = load_config(config_path(options.config), options.settings);
    if (!chosen) return complain({wrong_use, chosen.error().sentence});
    auto ledger = ledger_endpoint(*chosen);
    if (!ledger) return complain({wrong_use, ledger.error().sentence});
    const auto database = order_database(*chosen);
    if (!database) return complain({wrong_use, database.error().sentence});
    start_log(chosen->log_level);
    listen_to_signals();
    spdlog::info("from {} to {}", ledger->to_string(), database->name);
    journal_reader feed{std::move(*ledger)};
    orders::run_writer(*database, feed, stop_asked);
    return done;
}

}  // namespace

void add_orders(CLI::App& program, int& status) {
    auto* command = program.add_subcommand(
        "orders", "Run the order writer: what the ledger sold becomes rows in a database");
    const auto options = std::make_shared<orders_options>();
    command->add_option("--config", options->config,
                        "Configuration file (default: config/node.toml if it is there)");
    command->add_option("--set", options->settings,
                        "Override a key, e.g. --set orders.database=sqlite://orders.db");
    command->footer(
        "Follows the journals of all sales in the ledger, from where the database says that it "
        "was,\n"
        "and writes a row for each reservation: tables orders, sales, refunds, positions and\n"
        "dead_letters, made and brought up to date at the start. A row is there within a "
        "second.\n\n"
        "Start as many as you like: one writes, the others stand by and take over within a second\n"
        "of its end. If the database is away, selling goes on and the journal in the ledger "
        "waits.\n"
        "Stop it with SIGTERM; kill -9 loses nothing.\n\n"
        "Look for ALARM in the log: a ledger that went back was frozen, or a reservation could "
        "not\n"
        "be written (SELECT * FROM dead_letters WHERE state = 'open'; tried again at every "
        "start).\n"
        "How far it is: SELECT * FROM positions.\n\n"
        "Examples:\n"
        "  onsale orders --config config/node.toml\n"
        "  onsale orders --set orders.database=postgresql://onsale@db.example/orders\n"
        "  onsale orders --set 'orders.database=postgresql:///orders?host=/run/postgresql'\n");
    command->callback([options, &status] { status = write_orders(*options); });
}

}  // namespace onsale::app
