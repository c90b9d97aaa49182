#include "support/nginx_server.hpp"

#include "support/http_client.hpp"
#include "support/node.hpp"
#include "support/wait_until.hpp"

#include <algorithm>
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

/// Whether nothing of it is left but, perhaps, that nobody has asked how it ended.
bool has_ended(pid_t process) {
    const auto status = text_of("/proc/" + std::to_string(process) + "/stat");
    const auto name_end = status.rfind(')');
    return name_end == std::string::npos || status.compare(name_end, 3, ") Z") == 0;
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
        // With the blank: a port of ours may begin with 3001.
        replace(upstream, "server 127.0.0.1:" + std::to_string(3001 + i) + ' ',
                "server 127.0.0.1:" + std::to_string(nodes[i]) + ' ');
    }
    std::ofstream{directory_.path() / "nginx.conf"} << nginx;
    std::ofstream{directory_.path() / "nodes.conf"} << upstream;
    start();
}

void nginx_server::start() {
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
    process_->send(SIGCONT);
    process_->send(SIGTERM);
    static_cast<void>(process_->wait(long_enough));
}

std::vector<pid_t> nginx_server::workers() const {
    const auto master = std::to_string(process_->pid());
    std::ifstream children{"/proc/" + master + "/task/" + master + "/children"};
    std::vector<pid_t> found;
    for (pid_t one = 0; children >> one;)
        found.push_back(one);
    return found;
}

void nginx_server::send(int signal) const {
    const auto all = workers();
    process_->send(signal);
    for (const auto one : all)
        ::kill(one, signal);
}

void nginx_server::kill() {
    const auto all = workers();
    process_->kill();
    for (const auto one : all)
        ::kill(one, SIGKILL);
    // They are not our children: their port is free when they are gone.
    static_cast<void>(wait_until([&] { return std::all_of(all.begin(), all.end(), has_ended); }));
}

std::string nginx_server::log() const {
    return text_of(directory_.path() / "nginx.log");
}

}  // namespace onsale::test
