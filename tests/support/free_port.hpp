#pragma once

#include <cstdint>

namespace onsale::test {

/// A TCP port of 127.0.0.1 that nobody listens on and that no other test takes while this lives.
/// Below the range that the kernel hands out to clients, so that no connection takes it either.
class free_port {
  public:
    free_port();
    ~free_port();
    free_port(free_port&& other) noexcept;
    free_port& operator=(free_port&&) = delete;

    [[nodiscard]] std::uint16_t number() const noexcept { return number_; }

  private:
    int claim_ = -1;  // an abstract unix socket named after the port: one holder on this machine
    std::uint16_t number_ = 0;
};

}  // namespace onsale::test
