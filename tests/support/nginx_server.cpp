#include "support/nginx_server.hpp"

#include "support/http_client.hpp"
#include "support/node.hpp"
#include "support/wait_until.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace onsale::test {

namespace {

/// Debian keeps it where only root looks.
std::string nginx_program() {
    constexpr const char* usual = "/usr/sbin/nginx";
    return std::filesystem::exists(usual) ? usual : "nginx";
}

void replace(std::string& text, const std::string& old, const std::string& with) {
    const auto at = text.find(old);
    if (at == std::string::npos) throw std::runtime_error{"there is no '" + old + "' in config/"};
    text.replace(at, old.size(), with);
}

bool answers(std::uint16_t port) {
    try {
        return get(port, "/").status != 0;
    } catch (const std::runtime_error&) {
        return false;
    }
}

}  // namespace

nginx_server::nginx_server(const std::vector<std::uint16_t>& nodes) {
    auto nginx = text_of(project_config() / "nginx.conf");
    replace(nginx, "listen 8080", "listen 127.0.0.1:" + std::to_string(port()));
    auto upstream = text_of(project_config() / "nodes.conf");
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        replace(upstream, "server 127.0.0.1:" + std::to_string(3001 + i),
                "server 127.0.0.1:" + std::to_string(nodes[i]));
    }
    std::ofstream{directory_.path() / "nginx.conf"} << nginx;
    std::ofstream{directory_.path() / "nodes.conf"} << upstream;
    process_.emplace(
        std::vector<std::string>{nginx_program(), "-p", directory_.path().string() + "/", "-e",
                                 "stderr", "-c", (directory_.path() / "nginx.conf").string()},
        directory_.path() / "nginx.log");
    const bool ended =
        !wait_until([this] { return answers(port()) || !process_->is_running(); }, long_enough) ||
        !process_->is_running();
    if (ended) throw std::runtime_error{"nginx does not answer: " + log()};
}

/// Not by a kill: its workers would outlive it.
nginx_server::~nginx_server() {
    process_->send(SIGTERM);
    static_cast<void>(process_->wait(long_enough));
}

std::string nginx_server::log() const {
    return text_of(directory_.path() / "nginx.log");
}

}  // namespace onsale::test
