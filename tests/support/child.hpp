#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace onsale::test {

/// A program that a test has started. It is killed and reaped when this goes, and by the kernel
/// when the thread that started it dies. One thread.
class child {
  public:
    /// Starts `command`, found on the path; what it prints is appended to `output`. Throws a
    /// sentence if there is no such program.
    child(const std::vector<std::string>& command, const std::filesystem::path& output);
    ~child();
    child(child&& other) noexcept;
    child& operator=(child&&) = delete;

    [[nodiscard]] pid_t pid() const noexcept { return pid_; }
    [[nodiscard]] bool is_running();
    /// By SIGSTOP, its own or another's.
    [[nodiscard]] bool is_stopped();

    void send(int signal) const;

    /// Its exit status once it has ended by itself; nothing if it is still running after
    /// `patience`. -N: ended by signal N.
    [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds patience);

    /// `kill -9`, and waits for its end.
    void kill();

  private:
    pid_t pid_ = -1;
    std::optional<int> status_;
};

}  // namespace onsale::test
