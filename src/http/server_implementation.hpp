#pragma once

#include "connection.hpp"
#include "poll_set.hpp"
#include "request_parser.hpp"
#include "router.hpp"
#include "stat_log.hpp"

#include "onsale/http/server.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace onsale::http {

/// What a server is made of. Accepting, stopping and deadlines are in server.cpp; reading,
/// answering and closing in server_connections.cpp. One thread.
class server::implementation final : public poll_handler {
  public:
    implementation(boost::asio::io_context& io, server_settings settings, box_office& office,
                   operator_pages pages);
    ~implementation();

    or_complaint<int> start(listening_socket on);
    void tick(time_point now);
    void stop();

    [[nodiscard]] bool is_empty() const noexcept { return counts_.open.load() == 0; }
    [[nodiscard]] const server_counts& counts() const noexcept { return counts_; }

    void answered(std::uint64_t tag, const answer& told);
    void shown(std::uint64_t tag, const sighting& seen);
    void settled(std::uint64_t tag, const settlement_told& told);

    void on_ready(std::uint64_t tag, bool readable, bool hung_up) override;

  private:
    void wait_to_accept();
    void accept_some();
    bool accept_one();
    void rest_before_accepting();
    connection& take_slot(int descriptor);

    /// The client that `tag` was given to, or nullptr if it has gone.
    [[nodiscard]] connection* find(std::uint64_t tag) noexcept;

    void read(connection& one, time_point now);
    void read_later(connection& one);
    void process(connection& one, std::string_view bytes, time_point now);
    std::string_view process_requests(connection& one, std::string_view bytes, time_point now);
    void wait_for_rest(connection& one, const parsed& so_far, time_point now);
    void refuse(connection& one, unsigned status, method verb);
    void note(outcome what, std::int64_t attempt);
    void go_on(connection& one);

    void join_poll_set(connection& one);
    bool send_output(connection& one, time_point now);
    void write_rest(connection& one);
    void close_softly(connection& one, time_point now);
    void drain(connection& one);
    void close(connection& one);

    boost::asio::io_context& io_;
    const server_settings settings_;
    server_counts counts_;
    router router_;
    stat_log stat_log_;
    poll_set poll_set_;
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
        acceptor_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        pause_;
    std::vector<std::unique_ptr<connection>> connections_;  // by slot
    std::vector<std::uint32_t> free_slots_;
    std::string out_;  // answers of the connection being served; empty in between
    std::array<char, std::size_t{16} * 1024> in_{};
    std::size_t swept_ = 0;  // where the sweep for deadlines has come to
    bool stopping_ = false;
    bool resting_ = false;
    bool cannot_accept_ = false;  // since the last time that nobody waited; said once
};

}  // namespace onsale::http
