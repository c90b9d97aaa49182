#include "fixed_answer.hpp"
#include "loopback_listener.hpp"

#include <array>
#include <unistd.h>

// The limit for a connection per request: accept, recv, send, close, one after the other and
// nothing else. A client that connects and says nothing stops it: it is here to be compared with.
//
//   limit_accept PORT

int main(int argc, char** argv) {
    using onsale::bench::fixed_answer;
    const int listener = onsale::bench::listen_on_loopback(argc, argv);
    std::array<char, 4096> bytes;
    for (;;) {
        const int connection = accept(listener, nullptr, nullptr);
        if (recv(connection, bytes.data(), bytes.size(), 0) > 0) {
            send(connection, fixed_answer.data(), fixed_answer.size(), MSG_NOSIGNAL);
        }
        close(connection);
    }
}
