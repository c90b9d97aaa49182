#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Clients that take their time. Each says how long the other side put up with it.

namespace onsale::test {

using seconds_held = std::chrono::duration<double>;

/// Sends `head`, then `rest` byte by byte, ten a second, until the other side closes. All of it is
/// sent, and nothing is closed: as long as it took, and a while more.
[[nodiscard]] seconds_held send_slowly(std::uint16_t port, std::string_view head,
                                       std::string_view rest);

/// Sends `some` of a request and then nothing more.
[[nodiscard]] seconds_held send_and_stop(std::uint16_t port, std::string_view some);

/// Asks with `request` for more than the kernel holds, and reads a byte now and then: no reader at
/// all.
[[nodiscard]] seconds_held read_slowly(std::uint16_t port, const std::string& request);

}  // namespace onsale::test
