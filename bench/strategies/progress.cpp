#include "progress.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <utility>

namespace onsale::bench {

progress::progress(std::string what, std::size_t of)
    : what_{std::move(what)}, of_{of}, thread_{[this](const std::stop_token& stop) {
          tell(stop);
      }} {}

void progress::tell(const std::stop_token& stop) const {
    std::mutex alone;
    std::condition_variable_any stopped;
    std::unique_lock lock{alone};
    while (!stopped.wait_for(lock, stop, std::chrono::seconds{2},
                             [&] { return stop.stop_requested(); })) {
        std::fprintf(stderr, "%s: %zu of %zu\n", what_.c_str(), done_.load(), of_);
    }
}

}  // namespace onsale::bench
