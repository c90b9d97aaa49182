#include "onsale/core/limits.hpp"
#include "onsale/http/server.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace onsale::http {

namespace {

using boost::asio::ip::tcp;

void set(int descriptor, int level, int option, int value = 1) {
    ::setsockopt(descriptor, level, option, &value, sizeof value);
}

/// A bound descriptor, or -1 with errno.
int bind_to(const tcp::endpoint& where, bool share_port) {
    const int descriptor =
        ::socket(where.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -1;
    set(descriptor, SOL_SOCKET, SO_REUSEADDR);
    if (share_port) set(descriptor, SOL_SOCKET, SO_REUSEPORT);
    set(descriptor, IPPROTO_TCP, TCP_NODELAY);  // what it accepts inherits it
    if (::bind(descriptor, where.data(), static_cast<socklen_t>(where.size())) == 0)
        return descriptor;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

complaint cannot_listen(const std::string& address, std::uint16_t port) {
    const std::string why = errno == EADDRINUSE
                                ? "something else listens there; stop it or set node.port"
                                : std::strerror(errno);
    return {"cannot listen on " + address + ":" + std::to_string(port) + ": " + why};
}

}  // namespace

or_complaint<listening_socket> listening_socket::open(const std::string& address,
                                                      std::uint16_t port, bool probe_first) {
    boost::system::error_code error;
    const auto parsed = boost::asio::ip::make_address(address, error);
    if (error) return complaint{"node.listen: '" + address + "' is no IP address"};
    const tcp::endpoint where{parsed, port};
    if (probe_first) {
        // Not listening, so that nobody is turned away when it is closed again.
        const int probe = bind_to(where, false);
        if (probe < 0) return cannot_listen(address, port);
        ::close(probe);
    }
    const int descriptor = bind_to(where, true);
    if (descriptor < 0) return cannot_listen(address, port);
    set(descriptor, IPPROTO_TCP, TCP_DEFER_ACCEPT, static_cast<int>(limits::silent_accept.count()));
    listening_socket result{descriptor};
    if (::listen(descriptor, SOMAXCONN) != 0) return cannot_listen(address, port);
    return result;
}

listening_socket::listening_socket(listening_socket&& other) noexcept
    : descriptor_{std::exchange(other.descriptor_, -1)} {}

listening_socket& listening_socket::operator=(listening_socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

listening_socket::~listening_socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

int listening_socket::release() noexcept {
    return std::exchange(descriptor_, -1);
}

}  // namespace onsale::http
