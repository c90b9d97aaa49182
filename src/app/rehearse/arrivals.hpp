#pragma once

#include "onsale/core/clock.hpp"

#include <cstdint>
#include <optional>

// When the buyers of a rehearsal come.

namespace onsale::app {

struct arrival {
    std::int64_t buyer = 0;
    time_point due;  ///< when the buyer wanted to ask, whether anybody could serve it or not
};

/// Buyer i comes at start + i / rate, however busy everybody is: whoever had to wait for a free
/// connection has waited, and the latency says so (no coordinated omission). Without a rate the
/// next buyer comes when a connection is free. Knows no socket.
class arrivals {
  public:
    arrivals(std::int64_t buyers, double rate, time_point start)
        : buyers_{buyers}, rate_{rate}, start_{start} {}

    /// The next buyer, who is then gone; nothing: none has come that was not served.
    [[nodiscard]] std::optional<arrival> next(time_point now);

    /// When the next one comes or came; nothing: all have been served. Without a rate: the start.
    [[nodiscard]] std::optional<time_point> next_due() const;

    /// Those who have come and were not served. Without a rate: all who are left.
    [[nodiscard]] std::int64_t waiting(time_point now) const;

  private:
    [[nodiscard]] time_point due(std::int64_t buyer) const;

    std::int64_t buyers_;
    double rate_;
    time_point start_;
    std::int64_t next_ = 0;
};

}  // namespace onsale::app
