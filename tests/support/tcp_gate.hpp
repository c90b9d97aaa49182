#pragma once

#include "support/free_port.hpp"
#include "support/gate_faults.hpp"

#include "onsale/redis/endpoint.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace onsale::test {

class cable;

/// Stands between two who talk by TCP and spoils their conversation: a port in front of a server's
/// socket or port. Those who connect are nodes and the server is Redis, or they are Nginx and a
/// node, or the order writer and its database: only the log of commands is Redis's.
///
/// `stall`, `drop_replies`, `drop_requests`, `cut_replies_after`, `cut` and `reset` befall the
/// connections that are there; those that come later pass. `refuse`, `swallow`, `delay`, `spoil`
/// and `hold_back` last until they are taken back, and befall those that come later too.
///
/// Thread safety: any thread; the work is done on the gate's own. Every call has taken effect when
/// it returns.
class tcp_gate {
  public:
    using milliseconds = std::chrono::milliseconds;

    /// Whose language is spoken: only Redis's is understood.
    enum class speaks { redis, something_else };

    /// `reached_by`: it stands at the far end of this cable, which outlives it.
    explicit tcp_gate(const redis::endpoint& behind, speaks language = speaks::redis,
                      const cable* reached_by = nullptr);
    ~tcp_gate();
    tcp_gate(const tcp_gate&) = delete;
    tcp_gate& operator=(const tcp_gate&) = delete;

    /// Where nodes connect to; with the user, password and database of what is behind.
    [[nodiscard]] redis::endpoint endpoint() const;
    [[nodiscard]] std::uint16_t port() const noexcept { return port_.number(); }
    [[nodiscard]] const std::string& host() const noexcept { return host_; }

    /// Nothing is forwarded either way, nothing is closed; what comes is kept until `release`.
    void stall();
    /// Requests go through, replies are lost: the script runs and nobody hears of it.
    void drop_replies();
    /// Requests are lost: nothing runs, and nobody hears of that either.
    void drop_requests();
    /// As `stall`, for the next connection that brings `text`, from then on. What befalls a certain
    /// purchase does not depend on when it comes.
    void stall_at(std::string text);
    /// As `drop_replies`, for the next `connections` that bring `text`, each from then on.
    void drop_replies_at(std::string text, int connections = 1);
    /// The next line of a reply that has `text` is blank instead.
    void garble_at(std::string text);
    /// So many more bytes of replies, or of requests; then both sides are closed.
    void cut_replies_after(std::size_t bytes);
    void cut_requests_after(std::size_t bytes);
    /// Both sides are closed.
    void cut();
    /// Both sides are reset.
    void reset();
    /// Whoever connects is sent away.
    void refuse(bool whoever_comes);
    /// A black hole: connections are accepted, and nothing goes either way. As TCP has it, nothing
    /// comes behind what was lost: such a connection is silent in that direction ever after.
    void swallow(bool everything);
    /// Each piece that arrives waits so long, in its direction.
    void delay(milliseconds requests, milliseconds replies);
    /// `what` befalls whatever goes through, by chances that `seed` decides; `{}` takes it back.
    void spoil(const gate_faults& what, std::uint64_t seed = 0);
    /// Asked when a request arrives; the request waits until what it answers is true.
    using condition = std::function<bool()>;
    void hold_back(std::function<condition()> until);
    /// Stalled connections go on.
    void release();

    /// Whether the requests that are kept contain `text`.
    [[nodiscard]] bool keeps(std::string_view text);

    [[nodiscard]] gate_traffic traffic();
    /// The first words of every command, in the order in which they came, `EVALSHA 5f… 6 …`. Only
    /// the last ten thousand.
    [[nodiscard]] std::vector<std::string> commands();

  private:
    class passage;
    struct state;

    /// Runs `act` on the gate's thread and waits for it.
    void with_each(const std::function<void(passage&)>& act);
    void within(const std::function<void()>& act);
    void listen();
    void accept();

    const redis::endpoint behind_;
    std::string host_ = "127.0.0.1";
    free_port port_;
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::unique_ptr<state> state_;
    std::thread thread_;
};

}  // namespace onsale::test
