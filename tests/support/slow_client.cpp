#include "support/slow_client.hpp"

#include "support/http_client.hpp"
#include "support/wait_until.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <thread>

namespace onsale::test {

namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds pause{100};

bool is_broken(int descriptor) {
    pollfd one{descriptor, 0, 0};
    return poll(&one, 1, 0) > 0;
}

}  // namespace

seconds_held send_slowly(std::uint16_t port, std::string_view head, std::string_view rest) {
    http_client client{port};
    client.forget_record();
    const auto begun = clock::now();
    client.send(head);
    for (const char byte : rest) {
        if (!client.try_send({&byte, 1}) || client.closes_within(pause))
            return clock::now() - begun;
    }
    static_cast<void>(client.closes_within(long_enough));
    return clock::now() - begun;
}

seconds_held send_and_stop(std::uint16_t port, std::string_view some) {
    return send_slowly(port, some, {});
}

seconds_held read_slowly(std::uint16_t port, const std::string& request) {
    http_client client{port, std::chrono::seconds{1}};
    client.forget_record();
    std::string many;
    for (int i = 0; i < 500; ++i) {
        many += request;
    }
    const auto begun = clock::now();
    while (client.try_send(many)) {
    }
    char byte = 0;
    while (recv(client.descriptor(), &byte, 1, MSG_DONTWAIT) >= 0 &&
           clock::now() - begun < long_enough && !is_broken(client.descriptor())) {
        std::this_thread::sleep_for(pause);
    }
    return clock::now() - begun;
}

}  // namespace onsale::test
