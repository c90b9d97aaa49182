#include "support/many_clients.hpp"

#include "support/http_client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace onsale::test {

namespace {

int connect_to(std::uint16_t port) {
    const int made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) throw std::runtime_error{std::string{"no socket: "} + std::strerror(errno)};
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
        const int why = errno;
        close(made);
        throw std::runtime_error{std::string{"no connection: "} + std::strerror(why)};
    }
    const int at_once = 1;
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    return made;
}

bool is_open(int socket) {
    char byte = 0;
    const auto count = recv(socket, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

/// What a slow client sends at once, and what byte by byte.
struct slow_request {
    std::string head;
    std::string rest;
};

const slow_request& request_of(std::size_t which) {
    static const slow_request in_header{"GET /buy/ticket HTTP/1.1\r\nHost: onsale\r\nX: ",
                                        std::string(100, 'x')};
    static const slow_request in_body{
        "POST /v1/sales/G101/reservations HTTP/1.1\r\nHost: onsale\r\nContent-Type: "
        "application/json\r\nContent-Length: 100\r\n\r\n",
        R"({"buyer":")" + std::string(90, 'x')};
    return which % 2 == 0 ? in_header : in_body;
}

}  // namespace

idle_clients::idle_clients(std::uint16_t port, std::size_t count, const std::string& target) {
    const auto request = http_request("GET", target);
    for (std::size_t i = 0; i < count; ++i) {
        sockets_.push_back(connect_to(port));
        char answer[1024];
        const auto sent = send(sockets_.back(), request.data(), request.size(), MSG_NOSIGNAL);
        if (sent < 0 || recv(sockets_.back(), answer, sizeof answer, 0) <= 0) {
            throw std::runtime_error{"client " + std::to_string(i) + " got no answer"};
        }
    }
}

idle_clients::~idle_clients() {
    for (const int one : sockets_)
        close(one);
}

std::size_t idle_clients::still_open() const {
    return static_cast<std::size_t>(std::count_if(sockets_.begin(), sockets_.end(), is_open));
}

slow_clients::slow_clients(std::uint16_t port, std::size_t count)
    : port_{port}, sockets_(count, -1), sent_(count, 0), thread_{[this] { trickle(); }} {}

slow_clients::~slow_clients() {
    over_ = true;
    thread_.join();
    for (const int one : sockets_) {
        if (one >= 0) close(one);
    }
}

/// Spread over the second, so that the other side never sees a moment without them.
void slow_clients::trickle() {
    constexpr std::chrono::seconds each{1};
    auto due = std::chrono::steady_clock::now();
    for (std::size_t which = 0; !over_; which = (which + 1) % sockets_.size()) {
        send_next(which);
        due += std::chrono::nanoseconds{each} / sockets_.size();
        std::this_thread::sleep_until(due);
    }
}

void slow_clients::send_next(std::size_t which) {
    auto& socket = sockets_[which];
    const auto& request = request_of(which);
    if (socket >= 0 && (!is_open(socket) || sent_[which] == request.rest.size())) {
        close(socket);
        socket = -1;
        ++closed_;
    }
    if (socket < 0) {
        socket = connect_to(port_);
        sent_[which] = 0;
        static_cast<void>(send(socket, request.head.data(), request.head.size(), MSG_NOSIGNAL));
    }
    const auto at = sent_[which]++;
    bytes_ += send(socket, &request.rest[at], 1, MSG_NOSIGNAL) == 1 ? 1 : 0;
}

}  // namespace onsale::test
