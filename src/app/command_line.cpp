#include "onsale/app/command_line.hpp"

#include "commands.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/sabotage.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace onsale::app {

exit_status complain(const failure& why) {
    std::fprintf(stderr, "onsale: %s\n", why.sentence.c_str());
    return why.status;
}

std::string config_path(const std::string& given) {
    constexpr const char* usual = "config/node.toml";
    if (given.empty() && std::filesystem::exists(usual)) return usual;
    return given;
}

void ledger_options::add_to(CLI::App& command) {
    command.add_option("--redis", redis_,
                       "The ledger: unix:///path/redis.sock or redis://host:port/db");
    command.add_option("--config", config_,
                       "Take the ledger's address from this file (default: config/node.toml)");
}

void ledger_options::add_orders_to(CLI::App& command) {
    command.add_option(
        "--orders", orders_,
        "The order database: sqlite://FILE, postgresql://USER@HOST/DATABASE, or none "
        "(default: orders.database)");
}

or_complaint<redis::endpoint> ledger_options::endpoint() const {
    if (!redis_.empty()) return redis::parse_endpoint(redis_);
    const auto loaded = load_config(config_path(config_), {});
    if (!loaded) return loaded.error();
    return ledger_endpoint(*loaded);
}

or_complaint<std::optional<orders::database_address>> ledger_options::orders() const {
    using result = std::optional<orders::database_address>;
    if (orders_ == "none") return result{};
    if (orders_.empty()) {
        const auto loaded = load_config(config_path(config_), {});
        if (!loaded) return loaded.error();
        const auto configured = order_database(*loaded);
        return configured ? or_complaint<result>{result{*configured}} : configured.error();
    }
    const auto named = orders::parse_database(orders_);
    return named ? or_complaint<result>{result{*named}} : named.error();
}

std::string check_sale(const std::string& text) {
    if (is_sale_id(text)) return {};
    return fmt::format(
        "'{}' is no sale id: a letter or digit, then letters, digits, '.', '_' or "
        "'-', at most {} in all",
        text, limits::sale_id);
}

void add_config(CLI::App& program, int& status) {
    auto* command =
        program.add_subcommand("config", "Print every configuration key with its default");
    command->callback([&status] {
        std::fputs(example_config().c_str(), stdout);
        status = done;
    });
}

int run(int argc, const char* const* argv) {
    CLI::App program{"onsale sells a fixed number of tickets to a crowd that arrives at once.",
                     "onsale"};
    program.require_subcommand(1);
    program.set_version_flag("--version", "onsale 0.1.0");
    int status = done;
    sabotage::begin();
    add_serve(program, status);
    add_orders(program, status);
    add_config(program, status);
    add_sale(program, status);
    add_reservation(program, status);
    add_audit(program, status);
    add_rehearse(program, status);
#ifdef ONSALE_SABOTAGE
    add_sabotage(program, status);
#endif
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.exit(error) == 0 ? done : wrong_use;
    }
    return status;
}

}  // namespace onsale::app
