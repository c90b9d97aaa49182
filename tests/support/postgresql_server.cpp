#include "support/postgresql_server.hpp"

#include "support/node.hpp"
#include "support/program.hpp"
#include "support/wait_until.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <pwd.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace onsale::test {

namespace {

constexpr std::chrono::seconds patience{60};

/// The newest of those that are installed: distributions keep its programs off the path.
std::string find_programs() {
    std::vector<std::string> found;
    const std::filesystem::path versions{"/usr/lib/postgresql"};
    if (std::filesystem::exists(versions)) {
        for (const auto& one : std::filesystem::directory_iterator{versions}) {
            if (std::filesystem::exists(one.path() / "bin" / "initdb")) {
                found.push_back((one.path() / "bin").string());
            }
        }
    }
    if (found.empty()) throw std::runtime_error{"the test needs PostgreSQL's server; install it"};
    return *std::max_element(found.begin(), found.end());
}

}  // namespace

postgresql_server::postgresql_server() : programs_{find_programs()} {
    give(directory_.path());
    const auto made = run_program(
        as_its_user({program("initdb"), "-D", (directory_.path() / "data").string(), "-U", "onsale",
                     "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"}),
        patience);
    if (made.status != 0) throw std::runtime_error{"initdb failed: " + made.output};
    start();
}

void postgresql_server::give(const std::filesystem::path& directory) {
    if (geteuid() != 0) return;
    const auto* user = getpwnam("postgres");
    if (user == nullptr || chown(directory.c_str(), user->pw_uid, user->pw_gid) != 0) {
        throw std::runtime_error{"the test runs as root and needs a user postgres"};
    }
}

postgresql_server::~postgresql_server() {
    if (!process_ || !process_->is_running()) return;
    process_->send(SIGQUIT);  // its workers end with it, and nothing is left in the kernel
    static_cast<void>(process_->wait(patience));
}

std::string postgresql_server::program(const std::string& name) const {
    return programs_ + "/" + name;
}

std::vector<std::string> postgresql_server::as_its_user(std::vector<std::string> command) const {
    if (geteuid() == 0) {
        // Whoever changes its user loses the wish to end with its parent: it is told again.
        const std::vector<std::string> change{"setpriv",          "--reuid=postgres",
                                              "--regid=postgres", "--init-groups",
                                              "--pdeathsig=QUIT", "--"};
        command.insert(command.begin(), change.begin(), change.end());
    }
    return command;
}

std::string postgresql_server::url(const std::string& database) const {
    return "postgresql://onsale@/" + database + "?host=" + directory_.path().string();
}

void postgresql_server::begin() {
    // Killed in the moment in which it made its lock file, it leaves an empty one, and never starts
    // again by itself: as its message says, whoever knows that no other is starting removes it.
    const auto lock = directory_.path() / "data" / "postmaster.pid";
    std::error_code none;
    if (std::filesystem::file_size(lock, none) == 0 && !none) std::filesystem::remove(lock);
    process_.emplace(as_its_user({program("postgres"), "-D", (directory_.path() / "data").string(),
                                  "-k", directory_.path().string(), "-c", "listen_addresses="}),
                     log());
}

bool postgresql_server::answers() const {
    return run_program({program("pg_isready"), "-q", "-h", directory_.path().string()}, patience)
               .status == 0;
}

void postgresql_server::start() {
    begin();
    if (!wait_until([&] { return answers() || !is_running(); }, patience) || !is_running()) {
        throw std::runtime_error{"PostgreSQL does not answer: " + text_of(log())};
    }
}

void postgresql_server::kill() {
    process_->kill();
}

void postgresql_server::stop() {
    process_->send(SIGINT);
    if (!process_->wait(patience)) throw std::runtime_error{"PostgreSQL does not stop"};
}

}  // namespace onsale::test
