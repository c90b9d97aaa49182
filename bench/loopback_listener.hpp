#pragma once

#include <arpa/inet.h>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <sys/socket.h>

namespace onsale::bench {

/// A listening socket on 127.0.0.1 and the port that the command line names; ends the program if
/// there is none to be had.
inline int listen_on_loopback(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "Usage: %s PORT\n", argv[0]);
        std::exit(2);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[1])));
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener, 4096) != 0) {
        std::perror("no listener");
        std::exit(3);
    }
    return listener;
}

}  // namespace onsale::bench
