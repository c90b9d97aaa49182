#pragma once

#include "support/command_log.hpp"
#include "support/tcp_gate.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <limits>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <string_view>

// The inside of a tcp_gate.

namespace onsale::test {

/// What all passages of a gate share. The gate's thread.
struct tcp_gate::state {
    [[nodiscard]] bool happens(int chance) {
        return chance > 0 && std::uniform_int_distribution<int>{1, 1'000}(random) <= chance;
    }

    std::list<std::weak_ptr<passage>> passages;
    command_log log;
    gate_traffic traffic;
    gate_faults faults;
    std::mt19937_64 random;
    std::function<condition()> hold_back;
    std::string stall_at;  // empty: nowhere
    std::string drop_at;
    std::string garble_at;
    int drops = 0;
    bool is_understood = true;
    bool refuses = false;
    bool swallows = false;
};

/// One connection and its other half to the server. Lives as long as either of its directions.
class tcp_gate::passage : public std::enable_shared_from_this<passage> {
  public:
    passage(boost::asio::ip::tcp::socket node, state& shared);

    static boost::asio::awaitable<void> open(std::shared_ptr<passage> self, redis::endpoint to);

    /// How each of its coroutines ends: an exception is a bug of the gate's, and nobody catches it.
    static void or_end_the_test(const std::exception_ptr& error);

    void stall() { stalled_ = true; }
    void drop_replies() { replies_pass_ = false; }
    void drop_requests() { requests_pass_ = false; }
    void cut_replies_after(std::size_t bytes) { replies_left_.bytes = bytes; }
    void cut_requests_after(std::size_t bytes) { requests_left_.bytes = bytes; }
    void release();
    void close();
    void reset();

    [[nodiscard]] bool keeps(std::string_view text) const {
        return stalled_ && kept_.find(text) != std::string::npos;
    }

  private:
    /// What still goes one way, before both sides are closed.
    struct allowance {
        static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

        std::size_t bytes = unlimited;

        /// As much of `piece` as may go. That counts before it is on its way: a cut that is asked
        /// for meanwhile is of what comes after it.
        [[nodiscard]] std::string_view admit(std::string_view piece) {
            piece = piece.substr(0, bytes);
            if (bytes != unlimited) bytes -= piece.size();
            return piece;
        }
        [[nodiscard]] bool is_spent() const noexcept { return bytes == 0; }
    };

    static boost::asio::awaitable<void> carry_requests(std::shared_ptr<passage> self);
    static boost::asio::awaitable<void> carry_replies(std::shared_ptr<passage> self);

    /// False: this piece goes no further.
    [[nodiscard]] boost::asio::awaitable<bool> let_request_pass();
    [[nodiscard]] bool let_reply_pass();
    void meet_its_fate();
    void garble(char* bytes, std::size_t count);
    boost::asio::awaitable<void> deliver_late();
    boost::asio::awaitable<void> wait_for(condition holds);
    boost::asio::awaitable<void> hold_up(const gate_faults::way& by);
    boost::asio::awaitable<void> rest(std::chrono::microseconds time);

    /// Writes `bytes` as the direction has it; false if the other side is gone.
    template <class Socket>
    boost::asio::awaitable<bool> pass_on(Socket& to, std::string_view bytes,
                                         const gate_faults::way& by);

    state& shared_;
    boost::asio::ip::tcp::socket node_;
    boost::asio::generic::stream_protocol::socket redis_;
    boost::asio::steady_timer changed_;  // never expires; cancelled to wake who waits
    std::string kept_;                   // the last piece of requests
    command_reader commands_;
    allowance requests_left_;
    allowance replies_left_;
    bool stalled_ = false;
    bool requests_pass_ = true;
    bool replies_pass_ = true;
};

}  // namespace onsale::test
