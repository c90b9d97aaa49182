#pragma once

#include "onsale/core/clock.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct redisAsyncContext;
struct redisReply;

// One asynchronous connection to Redis. One thread.

namespace onsale::redis {

/// Hears one reply. Exactly once for each command that was sent.
class reply_handler {
  public:
    /// nullptr: the connection is gone; the command may or may not have run.
    virtual void on_reply(const redisReply* answer) = 0;

  protected:
    ~reply_handler() = default;
};

/// Hears of the connection as a whole.
class connection_handler {
  public:
    virtual void on_connected() = 0;

    /// After every reply handler has heard nullptr. `why` is for the log.
    virtual void on_closed(const std::string& why) = 0;

  protected:
    ~connection_handler() = default;
};

class connection {
  public:
    connection(boost::asio::io_context& io, connection_handler& handler) noexcept
        : io_{io}, handler_{handler} {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Begins to connect; `on_connected` or `on_closed` follows, never from within this call.
    void open_unix(const std::string& path);
    void open_tcp(const std::string& address, std::uint16_t port);

    /// Queues a command, written out in Redis's protocol. False: the connection is gone, the
    /// handler will not hear.
    [[nodiscard]] bool send(std::string_view command, reply_handler& handler, time_point now);

    /// Gives the connection up for good. Handlers hear nullptr, whatever still comes in.
    void close(const std::string& why);

    [[nodiscard]] bool is_open() const noexcept { return context_ != nullptr; }

    /// True if a command, or the connecting itself, was begun before `then` and is not answered.
    [[nodiscard]] bool waits_since(time_point then) const noexcept;

  private:
    void adopt(redisAsyncContext* made);
    void report_closed(std::string why);
    static void on_reply(redisAsyncContext* context, void* answer, void* handler);

    boost::asio::io_context& io_;
    connection_handler& handler_;
    redisAsyncContext* context_ = nullptr;
    std::vector<time_point> sent_;  // replies come in the order of the commands
    time_point began_{};
    std::string why_;
    bool connected_ = false;
    bool closing_ = false;
};

}  // namespace onsale::redis
