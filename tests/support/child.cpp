#include "support/child.hpp"

#include "support/wait_until.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <linux/close_range.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace onsale::test {

namespace {

/// In the child, after fork: only what is safe there. Tells `failure` why nothing was started.
[[noreturn]] void become(char* const* words, int output, int failure) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    // Asio's sockets are inherited: a gate's connection would stay open as long as its child.
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    execvp(words[0], words);
    const int why = errno;
    static_cast<void>(!write(failure, &why, sizeof why));
    _exit(127);
}

int to_status(int waited) {
    return WIFEXITED(waited) ? WEXITSTATUS(waited) : -WTERMSIG(waited);
}

}  // namespace

child::child(const std::vector<std::string>& command, const std::filesystem::path& output) {
    std::vector<char*> words;
    for (const auto& word : command) {
        words.push_back(const_cast<char*>(word.c_str()));
    }
    words.push_back(nullptr);
    int pipe_ends[2];
    if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error{"no pipe is left"};
    const int log = open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    pid_ = fork();
    if (pid_ == 0) become(words.data(), log, pipe_ends[1]);
    close(log);
    close(pipe_ends[1]);
    int why = 0;
    const bool failed = read(pipe_ends[0], &why, sizeof why) > 0;
    close(pipe_ends[0]);
    if (!failed && pid_ > 0) return;
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    throw std::runtime_error{"the test needs " + command.front() + ", which cannot be started (" +
                             std::strerror(why) + "); install it"};
}

child::~child() {
    if (pid_ > 0) kill();
}

child::child(child&& other) noexcept
    : pid_{std::exchange(other.pid_, -1)}, status_{other.status_} {}

bool child::is_running() {
    return !wait(std::chrono::milliseconds{0});
}

bool child::is_stopped() {
    if (!is_running()) return false;
    std::ifstream stat{"/proc/" + std::to_string(pid_) + "/stat"};
    std::string text;
    std::getline(stat, text);
    const auto name_ends = text.rfind(')');  // PID (NAME) STATE …
    return name_ends != std::string::npos && text.substr(name_ends + 2, 1) == "T";
}

void child::send(int signal) const {
    if (!status_) ::kill(pid_, signal);
}

std::optional<int> child::wait(std::chrono::milliseconds patience) {
    const auto ended = [this] {
        int waited = 0;
        if (!status_ && waitpid(pid_, &waited, WNOHANG) == pid_) status_ = to_status(waited);
        return status_.has_value();
    };
    static_cast<void>(wait_until(ended, patience));
    return status_;
}

void child::kill() {
    send(SIGKILL);
    static_cast<void>(wait(std::chrono::seconds{10}));
}

}  // namespace onsale::test
