#include "server_implementation.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/limits.hpp"

#include <boost/asio/post.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace onsale::http {

namespace {

bool would_block(int error) noexcept {
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

connection* server::implementation::find(std::uint64_t tag) noexcept {
    const auto slot = static_cast<std::uint32_t>(tag);
    ONSALE_ASSERT(slot < connections_.size());
    auto& one = *connections_[slot];
    return one.tag() == tag && one.doing != activity::closed ? &one : nullptr;
}

// --- Reading ------------------------------------------------------------------------------------

void server::implementation::join_poll_set(connection& one) {
    if (one.in_poll_set) return;
    // What came in before is reported too. Only a full system refuses.
    one.in_poll_set = poll_set_.add(one.descriptor, one.tag());
    if (!one.in_poll_set) close(one);
}

void server::implementation::on_ready(std::uint64_t tag, bool readable, bool hung_up) {
    auto* const one = find(tag);
    if (one == nullptr) return;
    one->readable = one->readable || readable;
    one->hung_up = one->hung_up || hung_up;
    switch (one->doing) {
        case activity::closed:
        case activity::waiting:
            return;  // the answer comes first
        case activity::reading:
            return read(*one, monotonic::now());
        case activity::writing:
            return write_rest(*one);
        case activity::draining:
            return drain(*one);
    }
}

/// Reads and answers until nothing is left, or it is time for the others.
void server::implementation::read(connection& one, time_point now) {
    for (int rounds = 4; one.doing == activity::reading && one.readable; --rounds) {
        if (rounds == 0) return read_later(one);
        const auto count = ::recv(one.descriptor, in_.data(), in_.size(), MSG_DONTWAIT);
        if (count < 0 && would_block(errno)) {
            one.readable = false;
        } else if (count <= 0) {
            close(one);
        } else {
            const auto size = static_cast<std::size_t>(count);
            one.readable = one.hung_up || size == in_.size();
            process(one, {in_.data(), size}, now);
        }
    }
    if (one.doing != activity::reading) return;
    if (stopping_ && one.unparsed.empty()) {
        close(one);
    } else {
        join_poll_set(one);
    }
}

void server::implementation::read_later(connection& one) {
    boost::asio::post(io_, [this, tag = one.tag()] {
        auto* const still = find(tag);
        if (still != nullptr && still->doing == activity::reading) read(*still, monotonic::now());
    });
}

// --- Answering ----------------------------------------------------------------------------------

/// Answers every request in `bytes`, behind what was kept, and keeps what is left.
void server::implementation::process(connection& one, std::string_view bytes, time_point now) {
    std::string kept;
    if (!one.unparsed.empty()) {
        kept = std::exchange(one.unparsed, {});
        kept += bytes;
        bytes = kept;
    }
    const auto rest = process_requests(one, bytes, now);
    if (one.doing == activity::closed) return;
    if (one.close_after) {
        one.unread = one.unread || !rest.empty();
    } else if (!rest.empty()) {
        one.unparsed.assign(rest);
    }
    if (!out_.empty() && !send_output(one, now)) return;
    if (one.doing == activity::reading && one.close_after) close_softly(one, now);
}

/// Returns what is left: an incomplete request, or what waits behind a purchase in flight.
std::string_view server::implementation::process_requests(connection& one, std::string_view bytes,
                                                          time_point now) {
    while (one.doing == activity::reading && !one.close_after) {
        while (bytes.starts_with("\r\n")) {
            bytes.remove_prefix(2);  // an empty line before a request is no harm
        }
        if (bytes.empty() || bytes == "\r") {
            one.deadline = now + limits::idle_deadline;
            break;
        }
        request asked;
        const auto got = parse_request(bytes, asked);
        if (got.is == progress::refused) {
            refuse(one, got.status, asked.verb);
            break;
        }
        if (got.is != progress::complete) {
            wait_for_rest(one, got, now);
            break;
        }
        bytes.remove_prefix(got.consumed);
        one.in_header = one.in_body = one.sent_continue = false;
        one.ends = stopping_ ? ending::close : ending::persist;
        if (router_.route(asked, one, out_, now) == router::result::waiting) {
            one.doing = activity::waiting;
            one.deadline = time_point::max();  // the ledger's deadline rules
            break;
        }
        one.close_after = one.ends == ending::close;
        const auto noted = router_.take_note();
        if (noted.purchase) note(noted.what, noted.attempt);
        if (out_.size() >= limits::pipelined_bytes && !send_output(one, now)) break;
    }
    return bytes;
}

void server::implementation::wait_for_rest(connection& one, const parsed& so_far, time_point now) {
    if (so_far.is == progress::need_header && !one.in_header) {
        one.in_header = true;
        one.deadline = now + limits::header_deadline;
    }
    if (so_far.is == progress::need_body && !one.in_body) {
        one.in_body = true;
        one.deadline = now + limits::body_deadline;
    }
    if (so_far.wants_continue && !one.sent_continue) {
        one.sent_continue = true;
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    }
}

void server::implementation::refuse(connection& one, unsigned status, method verb) {
    counts_.refused.fetch_add(1, std::memory_order_relaxed);  // a count, orders nothing
    append_refusal(out_, status, verb);
    one.close_after = true;
    one.unread = true;
}

void server::implementation::note(outcome what, std::int64_t attempt) {
    // A count, orders nothing.
    counts_.outcomes[static_cast<std::size_t>(what)].fetch_add(1, std::memory_order_relaxed);
    stat_log_.add(what == outcome::sold, attempt);
}

void server::implementation::answered(std::uint64_t tag, const answer& told) {
    note(told.what, told.attempt);
    auto* const one = find(tag);
    if (one == nullptr) return;  // the client has gone; an unclaimed hold expires
    ONSALE_ASSERT(one->doing == activity::waiting && out_.empty());
    if (one->called == api::ticket) {
        append_ticket_answer(out_, told, one->ends);
    } else {
        append_reservation_answer(out_, told, one->ends);
    }
    go_on(*one);
}

void server::implementation::shown(std::uint64_t tag, const sighting& seen) {
    auto* const one = find(tag);
    if (one == nullptr) return;
    ONSALE_ASSERT(one->doing == activity::waiting && out_.empty());
    append_sighting(out_, seen, one->ends);
    go_on(*one);
}

void server::implementation::settled(std::uint64_t tag, const settlement_told& told) {
    // A count, orders nothing.
    counts_.settled[static_cast<std::size_t>(told.what)].fetch_add(1, std::memory_order_relaxed);
    auto* const one = find(tag);
    if (one == nullptr) return;  // the client has gone, and asks again
    ONSALE_ASSERT(one->doing == activity::waiting && out_.empty());
    append_settlement_answer(out_, told, one->ends);
    go_on(*one);
}

/// The answer that was waited for is in the output.
void server::implementation::go_on(connection& one) {
    const auto now = monotonic::now();
    one.doing = activity::reading;
    one.close_after = one.ends == ending::close;
    one.deadline = now + limits::idle_deadline;
    process(one, {}, now);
    read(one, now);
}

// --- Writing ------------------------------------------------------------------------------------

/// False if the connection is gone, or the rest has to wait.
bool server::implementation::send_output(connection& one, time_point now) {
    if (!one.unsent.empty()) {
        one.unsent += out_;
        out_.swap(one.unsent);
    }
    const auto count =
        ::send(one.descriptor, out_.data(), out_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && !would_block(errno)) {
        out_.clear();
        close(one);
        return false;
    }
    const auto sent = count < 0 ? std::size_t{0} : static_cast<std::size_t>(count);
    const bool all = sent == out_.size();
    one.unsent = all ? std::string{} : out_.substr(sent);
    out_.clear();
    if (all || one.doing == activity::waiting) return all;
    // One deadline for all that is to be written: taking a byte now and then does not help.
    if (one.doing != activity::writing) one.deadline = now + limits::write_deadline;
    one.doing = activity::writing;
    join_poll_set(one);
    return false;
}

void server::implementation::write_rest(connection& one) {
    const auto now = monotonic::now();
    if (!send_output(one, now)) return;
    one.doing = activity::reading;
    one.deadline = now + limits::idle_deadline;
    process(one, {}, now);
    read(one, now);
}

// --- Closing ------------------------------------------------------------------------------------

/// Closes so that the client reads the answer: bytes that were not read would make it a reset.
void server::implementation::close_softly(connection& one, time_point now) {
    if (!one.unread) return close(one);
    ::shutdown(one.descriptor, SHUT_WR);
    one.doing = activity::draining;
    one.deadline = now + limits::drain_deadline;
    join_poll_set(one);
    if (one.doing == activity::draining) drain(one);
}

void server::implementation::drain(connection& one) {
    for (;;) {
        const auto count = ::recv(one.descriptor, in_.data(), in_.size(), MSG_DONTWAIT);
        if (count < 0 && would_block(errno)) return;
        if (count <= 0) return close(one);
        one.drained += static_cast<std::size_t>(count);
        if (one.drained >= limits::drain_bytes) return close(one);
    }
}

void server::implementation::close(connection& one) {
    ONSALE_ASSERT(one.doing != activity::closed);
    ::close(one.descriptor);
    const auto slot = one.slot;
    const auto generation = one.generation + 1;
    one = connection{};
    one.slot = slot;
    one.generation = generation;
    free_slots_.push_back(slot);
    counts_.open.fetch_sub(1);
}

}  // namespace onsale::http
