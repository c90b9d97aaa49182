#include "commands.hpp"

#include "onsale/app/node.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>
#include <vector>

namespace onsale::app {

namespace {

struct serve_options {
    std::string config;
    std::vector<std::string> settings;
};

int serve(const serve_options& options) {
    const auto chosen = load_config(config_path(options.config), options.settings);
    if (!chosen) return complain(wrong_use, chosen.error().sentence);
    start_log(chosen->log_level);
    const auto ended = run_node(*chosen);
    return ended ? done : complain(not_reachable, ended.error().sentence);
}

}  // namespace

void start_log(const std::string& level) {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("onsale"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %L %v");
    spdlog::set_level(spdlog::level::from_str(level));
    spdlog::flush_on(spdlog::level::info);
}

void add_serve(CLI::App& program, int& status) {
    auto* command = program.add_subcommand("serve", "Run a node: sell tickets over HTTP");
    const auto options = std::make_shared<serve_options>();
    command->add_option("--config", options->config,
                        "Configuration file (default: config/node.toml if it is there)");
    command->add_option("--set", options->settings,
                        "Override a key, e.g. --set node.port=3002; may be repeated");
    command->footer("Example: onsale serve --config config/node.toml --set node.port=3002");
    command->callback([options, &status] { status = serve(*options); });
}

}  // namespace onsale::app
