#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <sys/epoll.h>

// Which connections can go on.

namespace onsale::http {

/// Hears of a connection by the tag it was added with.
class poll_handler {
  public:
    /// `hung_up`: the client has ended its side, or the connection is broken; read on to see.
    virtual void on_ready(std::uint64_t tag, bool readable, bool hung_up) = 0;

  protected:
    ~poll_handler() = default;
};

/// An epoll set of the server's own, joined to the loop by one descriptor: a request then costs a
/// recv and a send, where a wait of Asio's for each would add a call of epoll_ctl. Edge-triggered:
/// a connection is added once and never changed; closing its descriptor takes it out.
///
/// One thread. A tag may be heard of once more after its descriptor was closed: the handler checks.
class poll_set {
  public:
    poll_set(boost::asio::io_context& io, poll_handler& handler);

    [[nodiscard]] bool add(int descriptor, std::uint64_t tag) noexcept;

    /// Begins to report.
    void start();

  private:
    void report();

    static constexpr int events_per_turn = 256;

    boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> epoll_;
    poll_handler& handler_;
    std::array<epoll_event, events_per_turn> events_{};
};

}  // namespace onsale::http
