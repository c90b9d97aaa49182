#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>

namespace onsale::bench {

/// Says on standard error how far something is that takes longer than two seconds, every two
/// seconds.
class progress {
  public:
    progress(std::string what, std::size_t of);

    /// By any thread.
    void count() noexcept { ++done_; }

  private:
    void tell(const std::stop_token& stop) const;

    std::string what_;
    std::size_t of_;
    std::atomic<std::size_t> done_{0};
    std::jthread thread_;  // last: it reads the others
};

}  // namespace onsale::bench
