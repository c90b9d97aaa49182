#pragma once

#include "onsale/core/clock.hpp"
#include "onsale/core/limits.hpp"

#include <boost/circular_buffer.hpp>

#include <chrono>
#include <cstdint>

// How long the ledger's memory lasts (L29).

namespace onsale {

/// In bytes.
struct ledger_memory {
    std::int64_t used = 0;
    std::int64_t limit = 0;  ///< `maxmemory`; 0: none
};

/// The growth over the last `limits::memory_looks` looks, drawn on as a straight line. One thread.
class memory_forecast {
  public:
    using seconds = std::chrono::duration<double>;

    /// What was seen `at` a moment, not before the last.
    void hear(ledger_memory seen, time_point at);

    /// Another life of the ledger has another memory.
    void forget() noexcept { looks_.clear(); }

    /// Until the limit; infinite if there is none, or nothing grows towards it. A ledger at its
    /// limit has none left, though it no longer grows.
    [[nodiscard]] seconds time_left() const noexcept;

  private:
    struct look {
        std::int64_t used;
        time_point at;
    };

    boost::circular_buffer<look> looks_{limits::memory_looks};
    std::int64_t limit_ = 0;
};

}  // namespace onsale
