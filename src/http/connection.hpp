#pragma once

#include "answers.hpp"

#include "onsale/core/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace onsale::http {

/// What a connection is doing. One thing at a time:
///
///   reading ──► waiting (for the ledger) ──► reading
///      │            │
///      └────────────┴──► writing (the kernel would not take it all) ──► reading or closed
///      └──► draining (refused; the rest is read and thrown away) ──► closed
enum class activity : std::uint8_t { closed, reading, waiting, writing, draining };

/// Which API the purchase in flight came by.
enum class api : std::uint8_t { ticket, shop };

/// One client. Slots are reused; `generation` tells an old client's answer from a new one's.
///
/// Owns no read buffer: the thread lends one while a request is read. What is left of an incomplete
/// request, or is pipelined behind a waiting purchase, is kept in `unparsed`; else it is empty.
struct connection {
    std::string unparsed;
    std::string unsent;
    time_point deadline = time_point::max();
    std::size_t drained = 0;
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    int descriptor = -1;
    activity doing = activity::closed;
    ending ends = ending::persist;  ///< how the answer in flight ends
    api called = api::ticket;
    bool in_poll_set = false;  ///< since the first time it had to wait
    bool readable = false;     ///< bytes, or the end, may be there
    bool hung_up = false;      ///< the end is there, behind whatever else is
    bool close_after = false;  ///< the answer being written is the last
    bool unread = false;       ///< the client has sent, or may send, what nobody will read
    bool in_header = false;    ///< a deadline for this request's header runs
    bool in_body = false;      ///< one for its body runs
    bool sent_continue = false;

    [[nodiscard]] std::uint64_t tag() const noexcept {
        return static_cast<std::uint64_t>(generation) << 32U | slot;
    }
};

}  // namespace onsale::http
