#include "worker.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace onsale::app {

// One thread runs the loop, so that the reactor needs no locks; `post` from others still works.
worker::worker(const http::server_settings& http, box_office::settings office,
               const redis::link::settings& ledger, sale_book& book, http::operator_pages pages)
    : io_{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO},
      office_{book, office},
      link_{io_, ledger, book, office_},
      server_{io_, http, office_, std::move(pages)},
      timer_{io_} {
    office_.connect(link_, server_);
}

or_complaint<int> worker::start(http::listening_socket on) {
    const auto listening = server_.start(std::move(on));
    if (!listening) return listening.error();
    link_.start();
    tick();
    return 0;
}

void worker::run() {
    io_.run();
}

void worker::tick() {
    const auto now = monotonic::now();
    office_.refresh();
    link_.tick(now);
    server_.tick(now);
    if (now >= stop_by_ || (stop_by_ != time_point::max() && server_.is_empty())) {
        io_.stop();
        return;
    }
    timer_.expires_after(limits::tick);
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) tick();
    });
}

void worker::stop() {
    boost::asio::post(io_, [this] {
        stop_by_ = monotonic::now() + limits::stop_deadline;
        server_.stop();
    });
}

void worker::leave_at_once() {
    io_.stop();
}

}  // namespace onsale::app
