#pragma once

#include "answer.hpp"
#include "answer_parser.hpp"
#include "crowd.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <random>
#include <vector>

// One connection of a rehearsal's crowd: kept from request to request, or a new one for each.

namespace onsale::app {

/// One thread, its crowd's. Its buffers are kept from request to request; its deadline is looked at
/// by the crowd's sweep, no timer is set for a request.
class buying_connection {
  public:
    using executor = boost::asio::io_context::executor_type;
    template <class T>
    using task = boost::asio::awaitable<T, executor>;

    buying_connection(crowd& among, boost::asio::io_context& io, std::size_t number);

    /// Serves buyers until there are no more.
    [[nodiscard]] task<void> run();

    /// Breaks off what takes too long.
    void sweep(time_point now);

    /// Somebody may have come whom this connection can serve.
    void wake();

    /// Breaks off everything.
    void stop();

  private:
    /// A purchase, and what the buyer's course says to do at once.
    [[nodiscard]] task<void> serve(arrival next);
    /// Asks until the buyer, who wanted to ask when it was `due`, knows or gives up.
    [[nodiscard]] task<void> ask(std::int64_t buyer, request_kind what, time_point due);
    /// Until the crowd wakes it.
    [[nodiscard]] task<void> idle();
    /// One attempt: connects if need be, asks, and reads the answer.
    [[nodiscard]] task<attempt_record> attempt(std::int64_t buyer, request_kind what,
                                               time_point due);
    [[nodiscard]] task<std::string_view> exchange(std::int64_t buyer, request_kind what,
                                                  attempt_record& record);
    void write(std::int64_t buyer, request_kind what);
    [[nodiscard]] answer read(request_kind what, int status) const;
    [[nodiscard]] task<std::string_view> connect();
    /// The next of this machine's addresses, if there are several.
    [[nodiscard]] boost::system::error_code bind_source();
    [[nodiscard]] task<std::string_view> send();
    [[nodiscard]] task<std::string_view> receive(answer_parser& parser);
    [[nodiscard]] task<void> rest(const answer& got, std::uint32_t attempts);
    [[nodiscard]] bool asks_again(const attempt_record& last, std::uint32_t attempts) const;

    [[nodiscard]] const target& to() const;
    void disconnect();
    [[nodiscard]] std::string_view trouble(std::string_view otherwise) const;

    crowd& among_;
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor> socket_;
    boost::asio::basic_waitable_timer<monotonic, boost::asio::wait_traits<monotonic>, executor>
        rest_;
    std::size_t target_;
    bool connected_ = false;
    bool late_ = false;
    time_point deadline_ = time_point::max();
    std::minstd_rand chance_;
    std::string request_;
    std::string body_;
    std::vector<char> buffer_;  ///< grows with the answers, up to `limits::header_bytes`
    std::size_t filled_ = 0;
    std::chrono::seconds retry_after_{};
};

}  // namespace onsale::app
