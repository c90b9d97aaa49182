#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace onsale::test {

/// Buys ticket after ticket of `sale`, by turns on one connection to each of `ports`, until told to
/// stop: whoever else does what, its purchases have to succeed. Any thread; `stop` by one.
class control_buyer {
  public:
    control_buyer(std::string sale, std::vector<std::uint16_t> ports);
    ~control_buyer();
    control_buyer(const control_buyer&) = delete;
    control_buyer& operator=(const control_buyer&) = delete;

    /// The purchases that have succeeded.
    [[nodiscard]] std::int64_t purchases() const noexcept { return purchases_.load(); }

    /// Says how its first failure looked, after which it has bought no more; empty: it had none.
    [[nodiscard]] std::string stop();

  private:
    void keep_buying();
    void buy_until_told();

    const std::string sale_;
    const std::vector<std::uint16_t> ports_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::int64_t> purchases_{0};
    std::string failure_;  // of the thread's until it is joined
    std::thread thread_{[this] { keep_buying(); }};
};

}  // namespace onsale::test
