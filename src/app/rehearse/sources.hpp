#pragma once

#include "../target.hpp"

#include <boost/asio/ip/address_v4.hpp>

#include <cstdint>
#include <optional>
#include <span>

// Where a rehearsal's connections come from. A port is used for a minute after its connection has
// ended, and one address has some 28,000 of them for each server: a crowd of which everybody
// connects needs more addresses. The loopback network has 16 million.

namespace onsale::app {

/// How many ports one address gives out by itself (ip_local_port_range). Reads /proc.
[[nodiscard]] std::int64_t local_ports();

/// How many addresses so many connections need; 1, unless all targets are on the loopback network.
[[nodiscard]] std::uint32_t sources_for(std::int64_t connections, std::span<const target> targets,
                                        std::int64_t ports);

/// How many more connections the kernel's tracking (nf_conntrack, which Docker's rules turn on) has
/// room for. It remembers one for two minutes after its end, and drops others when it is full.
/// Nothing: it tracks none here. Reads /proc.
[[nodiscard]] std::optional<std::int64_t> tracking_room();

/// 127.0.0.1, and those that follow it.
[[nodiscard]] inline boost::asio::ip::address_v4 source(std::uint32_t number) {
    return boost::asio::ip::address_v4{boost::asio::ip::address_v4::loopback().to_uint() + number};
}

}  // namespace onsale::app
