#pragma once

#include "onsale/core/box_office.hpp"
#include "onsale/http/server.hpp"
#include "onsale/redis/link.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace onsale::app {

/// One thread of a node with all that is its own: loop, listener, connections, link to the ledger.
/// Built and destroyed on the main thread, when the loop does not run.
class worker {
  public:
    worker(const http::server_settings& http, box_office::settings office,
           const redis::link::settings& ledger, sale_book& book, http::operator_pages pages);

    /// Before `run`.
    [[nodiscard]] or_complaint<int> start(http::listening_socket on);

    /// Runs the loop until the worker has been told to stop and is done.
    void run();

    /// From any thread.
    void stop();
    void leave_at_once();

    [[nodiscard]] const http::server_counts& http_counts() const noexcept {
        return server_.counts();
    }
    [[nodiscard]] const redis::link_status& link_status() const noexcept { return link_.status(); }

  private:
    void tick();

    boost::asio::io_context io_;
    box_office office_;
    redis::link link_;
    http::server server_;
    boost::asio::steady_timer timer_;
    time_point stop_by_ = time_point::max();
};

}  // namespace onsale::app
