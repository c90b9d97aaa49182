#include "commands.hpp"

#include "onsale/app/node.hpp"

#include <spdlog/async.h>
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
    if (!chosen) return complain({wrong_use, chosen.error().sentence});
    start_log(chosen->log_level);
    const auto ended = run_node(*chosen);
    return ended ? done : complain({not_reachable, ended.error().sentence});
}

}  // namespace

void start_log(const std::string& level) {
    // By a thread of its own, and the newest lines rather than all: nobody waits for a reader of
    // the log, or for the disk that it lies on.
    constexpr std::size_t lines = 1024;
    spdlog::init_thread_pool(lines, 1);
    spdlog::set_default_logger(spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>("onsale"));
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e %L %v");
    spdlog::set_level(spdlog::level::from_str(level));
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
