#include "support/free_port.hpp"

#include <arpa/inet.h>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <random>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace onsale::test {

namespace {

constexpr std::uint16_t first_port = 20'000;
constexpr std::uint16_t port_count = 12'000;

/// A descriptor that holds the claim, or -1 if another test has it.
int claim(std::uint16_t port) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const auto text = "onsale-test-port-" + std::to_string(port);
    std::memcpy(name.sun_path + 1, text.data(), text.size());  // the leading zero: abstract
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
    const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(made, reinterpret_cast<const sockaddr*>(&name), size) == 0) return made;
    close(made);
    return -1;
}

bool is_free(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound =
        bind(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(probe);
    return bound;
}

}  // namespace

free_port::free_port() {
    std::random_device chance;
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const auto port = static_cast<std::uint16_t>(first_port + chance() % port_count);
        claim_ = claim(port);
        if (claim_ >= 0 && is_free(port)) {
            number_ = port;
            return;
        }
        if (claim_ >= 0) close(claim_);
    }
    throw std::runtime_error{"no free port was found from 20000 to 31999"};
}

free_port::~free_port() {
    if (claim_ >= 0) close(claim_);
}

free_port::free_port(free_port&& other) noexcept
    : claim_{std::exchange(other.claim_, -1)}, number_{other.number_} {}

}  // namespace onsale::test
