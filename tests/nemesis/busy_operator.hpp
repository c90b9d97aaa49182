#pragma once

#include "onsale/redis/endpoint.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <random>
#include <string>
#include <thread>

namespace onsale::nemesis {

/// Who runs the sale meanwhile, by `onsale sale …`, on a thread of its own: restocks before all is
/// paid, withdraws some, refunds, and pauses for a moment.
class busy_operator {
  public:
    busy_operator(redis::endpoint ledger, std::string sale, std::uint64_t seed);
    ~busy_operator();
    busy_operator(const busy_operator&) = delete;
    busy_operator& operator=(const busy_operator&) = delete;

    /// The sale is open when this is back.
    void finish();

  private:
    void run();
    void do_something();
    int change(const std::string& what, std::int64_t by = 0);
    void refund_somebody();
    void rest(std::chrono::milliseconds time) const;

    const redis::endpoint ledger_;
    const std::string sale_;
    std::mt19937_64 random_;
    std::atomic<bool> over_{false};
    std::thread thread_;
};

}  // namespace onsale::nemesis
