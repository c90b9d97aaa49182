#include "support/redis_server.hpp"

#include "support/node.hpp"
#include "support/wait_until.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace onsale::test {

namespace {

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file{path};
    return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace

redis_server::redis_server(options chosen) : options_{std::move(chosen)} {
    std::signal(SIGPIPE, SIG_IGN);  // hiredis writes to a server that was killed
    if (options_.tcp) port_.emplace();
    start();
}

redis::endpoint redis_server::endpoint() const {
    redis::endpoint result;
    result.socket = (directory_.path() / "redis.sock").string();
    return result;
}

redis::endpoint redis_server::tcp_endpoint() const {
    redis::endpoint result;
    result.port = port_.value().number();
    return result;
}

redis::session redis_server::connect() const {
    auto made = redis::session::connect(endpoint(), long_enough);
    if (!made) throw std::runtime_error{made.error().why};
    return std::move(*made);
}

void redis_server::start() {
    const auto log = directory_.path() / "redis.log";
    process_.emplace(command_line(), log);
    if (!wait_until([this] { return answers() || !process_->is_running(); }, long_enough) ||
        !process_->is_running()) {
        throw std::runtime_error{"redis-server does not answer: " + read_file(log)};
    }
}

void redis_server::stop() {
    process_->send(SIGTERM);
    if (!process_->wait(long_enough)) throw std::runtime_error{"redis-server does not stop"};
}

void redis_server::kill() {
    process_->kill();
}

void redis_server::flush_scripts() const {
    if (!connect().command({"SCRIPT", "FLUSH"})) throw std::runtime_error{"no SCRIPT FLUSH"};
}

std::vector<std::string> redis_server::command_line() const {
    std::vector<std::string> words{"env", "-C", directory_.path().string()};
    words.insert(words.end(), options_.environment.begin(), options_.environment.end());
    const std::vector<std::string> server{
        (project_config() / "redis-start").string(),
        "--dir",
        directory_.path().string(),
        "--unixsocket",
        "redis.sock",
        "--bind",
        "127.0.0.1",
        "--port",
        port_ ? std::to_string(port_->number()) : "0",
        "--appendonly",
        "yes",
        "--appendfsync",
        "always",
        "--save",
        "",
        "--daemonize",
        "no",
        "--maxmemory-policy",
        "noeviction",
        "--aof-load-truncated",
        "no",
    };
    words.insert(words.end(), server.begin(), server.end());
    words.insert(words.end(), options_.arguments.begin(), options_.arguments.end());
    return words;
}

/// LOADING is an error, hence no answer yet.
bool redis_server::answers() const {
    auto made = redis::session::connect(endpoint(), long_enough);
    if (!made) return false;
    const auto pong = made->command({"PING"});
    return pong && pong->is == redis::reply::kind::text;
}

}  // namespace onsale::test
