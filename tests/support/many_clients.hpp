#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

// Clients that take up room and give nothing for it.

namespace onsale::test {

/// Connections to 127.0.0.1 that have asked once for `target`, have their answer, and stay. Throws
/// a sentence if one of them gets none. One thread.
class idle_clients {
  public:
    idle_clients(std::uint16_t port, std::size_t count, const std::string& target);
    ~idle_clients();
    idle_clients(const idle_clients&) = delete;
    idle_clients& operator=(const idle_clients&) = delete;

    /// How many the other side has not closed.
    [[nodiscard]] std::size_t still_open() const;

  private:
    std::vector<int> sockets_;
};

/// Connections to 127.0.0.1 on which a purchase is sent, a byte a second on each: half of them in
/// its header, half in its body. A connection that the other side closes is made anew.
///
/// Thread safety: one thread; the work is done on a thread of its own until this goes.
class slow_clients {
  public:
    slow_clients(std::uint16_t port, std::size_t count);
    ~slow_clients();
    slow_clients(const slow_clients&) = delete;
    slow_clients& operator=(const slow_clients&) = delete;

    /// Bytes sent so far, without those that a connection begins with.
    [[nodiscard]] std::int64_t bytes() const noexcept { return bytes_; }
    /// Connections that the other side has closed so far.
    [[nodiscard]] std::int64_t closed() const noexcept { return closed_; }

  private:
    void trickle();
    void send_next(std::size_t which);

    const std::uint16_t port_;
    std::vector<int> sockets_;
    std::vector<std::size_t> sent_;
    std::atomic<std::int64_t> bytes_{0};
    std::atomic<std::int64_t> closed_{0};
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace onsale::test
