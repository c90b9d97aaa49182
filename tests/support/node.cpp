#include "support/node.hpp"

#include "support/http_client.hpp"
#include "support/wait_until.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace onsale::test {

std::vector<std::string> settings_for(const redis::endpoint& ledger) {
    if (!ledger.socket.empty()) return {"redis.socket=" + ledger.socket};
    return {"redis.socket=\"\"", "redis.host=" + ledger.host,
            "redis.port=" + std::to_string(ledger.port),
            "redis.database=" + std::to_string(ledger.database)};
}

std::string onsale_binary() {
    return ONSALE_BINARY;
}

std::filesystem::path project_config() {
    return ONSALE_CONFIG;
}

std::string text_of(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

node::node(const redis::endpoint& ledger, options chosen)
    : ledger_{ledger}, options_{std::move(chosen)} {
    start();
}

void node::start() {
    process_.emplace(command_line(), output());
    if (!options_.becomes_ready) return;
    const bool ended =
        !wait_until([this] { return is_ready() || !process_->is_running(); }, long_enough) ||
        !process_->is_running();
    if (ended) throw std::runtime_error{"the node does not become ready: " + log()};
}

bool node::is_ready() const {
    return readiness() == 200;
}

bool node::says(const std::string& text) const {
    return wait_until([&] { return log().find(text) != std::string::npos; });
}

unsigned node::readiness() const {
    try {
        return http_client{port()}.get("/readyz").status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

void node::start_in(std::vector<std::string> environment) {
    options_.environment = std::move(environment);
    process_.emplace(command_line(), output());
}

std::vector<std::string> node::command_line() const {
    std::vector<std::string> words;
    if (options_.descriptors > 0) {
        words = {"sh", "-c", "ulimit -n $0; exec \"$@\"", std::to_string(options_.descriptors)};
    }
    if (!options_.environment.empty()) words.emplace_back("env");
    words.insert(words.end(), options_.environment.begin(), options_.environment.end());
    words.insert(words.end(), {onsale_binary(), "serve"});
    auto settings = settings_for(ledger_);
    settings.insert(settings.end(), {"node.port=" + std::to_string(port()),
                                     "node.stat_log=" + stat_log().string()});
    settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
    for (const auto& one : settings) {
        words.insert(words.end(), {"--set", one});
    }
    return words;
}

stat_lines count_stat_lines(const node& of) {
    const auto text = text_of(of.stat_log());
    stat_lines counted;
    counted.all = std::count(text.begin(), text.end(), '\n');
    constexpr std::string_view sold = "result:1,";
    for (auto at = text.find(sold); at != std::string::npos; at = text.find(sold, at + 1)) {
        ++counted.sold;
    }
    return counted;
}

}  // namespace onsale::test
