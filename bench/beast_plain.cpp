#include "fixed_answer.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

// A server as one writes it with Beast when nothing is known about its load: a `tcp_stream` with
// its timeouts, a request with a `string_body`, a response built for each, an executor that knows
// not which context it is on. What a node's way of doing it is worth is the difference to this.
//
//   beast_plain PORT

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

using text_response = http::response<http::string_body>;

text_response respond(const http::request<http::string_body>& asked) {
    text_response told{http::status::ok, asked.version()};
    told.set(http::field::content_type, "application/json");
    told.set(http::field::cache_control, "no-store");
    told.keep_alive(asked.keep_alive());
    told.body() = onsale::bench::fixed_body;
    told.prepare_payload();
    return told;
}

class session : public std::enable_shared_from_this<session> {
  public:
    explicit session(tcp::socket&& socket) : stream_{std::move(socket)} {}

    void read() {
        asked_ = {};
        stream_.expires_after(std::chrono::seconds{30});
        http::async_read(stream_, bytes_, asked_,
                         beast::bind_front_handler(&session::on_read, shared_from_this()));
    }

  private:
    void on_read(beast::error_code error, std::size_t) {
        if (error) return close();
        told_ = respond(asked_);
        http::async_write(stream_, told_,
                          beast::bind_front_handler(&session::on_written, shared_from_this()));
    }

    void on_written(beast::error_code error, std::size_t) {
        if (error || !told_.keep_alive()) return close();
        read();
    }

    void close() {
        beast::error_code ignored;
        stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
    }

    beast::tcp_stream stream_;
    beast::flat_buffer bytes_;
    http::request<http::string_body> asked_;
    text_response told_;
};

void accept(tcp::acceptor& acceptor) {
    acceptor.async_accept([&acceptor](beast::error_code error, tcp::socket socket) {
        if (!error) std::make_shared<session>(std::move(socket))->read();
        accept(acceptor);
    });
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "Usage: %s PORT\n", argv[0]);
        return 2;
    }
    asio::io_context io;
    const auto port = static_cast<asio::ip::port_type>(std::atoi(argv[1]));
    tcp::acceptor acceptor{io, {asio::ip::address_v4::loopback(), port}};
    accept(acceptor);
    io.run();
}
