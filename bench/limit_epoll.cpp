#include "fixed_answer.hpp"
#include "loopback_listener.hpp"

#include <array>
#include <sys/epoll.h>
#include <unistd.h>

// The limit for kept connections: what the kernel takes for one recv and one send per request, and
// nothing else. It is no HTTP server: whatever arrives is answered, and nothing is ever looked at.
//
//   limit_epoll PORT

namespace {

using onsale::bench::fixed_answer;

void watch(int poll_set, int descriptor) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    wanted.data.fd = descriptor;
    epoll_ctl(poll_set, EPOLL_CTL_ADD, descriptor, &wanted);
}

void answer(int connection) {
    std::array<char, 4096> bytes;
    const auto got = recv(connection, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got > 0) {
        send(connection, fixed_answer.data(), fixed_answer.size(), MSG_NOSIGNAL);
    } else {
        close(connection);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int listener = onsale::bench::listen_on_loopback(argc, argv);
    const int poll_set = epoll_create1(0);
    watch(poll_set, listener);
    std::array<epoll_event, 256> events;
    for (;;) {
        const int count = epoll_wait(poll_set, events.data(), events.size(), -1);
        for (int i = 0; i < count; ++i) {
            const int ready = events[static_cast<std::size_t>(i)].data.fd;
            if (ready == listener) {
                watch(poll_set, accept(listener, nullptr, nullptr));
            } else {
                answer(ready);
            }
        }
    }
}
