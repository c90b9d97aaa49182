#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

// What a tcp_gate can do to a conversation, and what it has done.

namespace onsale::test {

/// What befalls all that goes through a gate while it lasts. A chance is of a thousand pieces.
struct gate_faults {
    /// Of one direction.
    struct way {
        std::chrono::milliseconds delay{0};
        std::chrono::milliseconds jitter{0};  ///< up to so much more, by chance
        std::size_t bytes_per_second = 0;     ///< 0: as fast as they come
        std::size_t slice = 0;                ///< bytes in one write; 0: as they come
    };

    way requests{};
    way replies{};
    int lose_request = 0;  ///< it and all that follows it on this connection is swallowed
    int lose_reply = 0;    ///< the request goes through; no reply from then on
    /// Kept until the sender has given up, and delivered `late` after that.
    int hold_request = 0;
    std::chrono::milliseconds late{0};
    int reset = 0;  ///< both sides get a reset
};

/// What has gone through a gate, and what has not.
struct gate_traffic {
    std::int64_t connections = 0;
    std::int64_t request_bytes = 0;
    std::int64_t reply_bytes = 0;
    std::int64_t commands = 0;
    std::int64_t lost_requests = 0;  ///< pieces
    std::int64_t lost_replies = 0;
    std::int64_t late_requests = 0;  ///< delivered after their sender had given up
    std::int64_t resets = 0;
};

}  // namespace onsale::test
