#include "sources.hpp"

#include "onsale/core/limits.hpp"

#include <algorithm>
#include <fstream>

namespace onsale::app {

std::int64_t local_ports() {
    std::ifstream range{"/proc/sys/net/ipv4/ip_local_port_range"};
    std::int64_t first = 32'768;
    std::int64_t last = 60'999;
    range >> first >> last;
    return std::max<std::int64_t>(last - first + 1, 1);
}

std::optional<std::int64_t> tracking_room() {
    std::int64_t most = 0;
    std::int64_t count = 0;
    std::ifstream{"/proc/sys/net/netfilter/nf_conntrack_max"} >> most;
    std::ifstream{"/proc/sys/net/netfilter/nf_conntrack_count"} >> count;
    if (count == 0) return std::nullopt;
    return std::max<std::int64_t>(most - count, 0);
}

std::uint32_t sources_for(std::int64_t connections, std::span<const target> targets,
                          std::int64_t ports) {
    const bool here = std::all_of(targets.begin(), targets.end(), [](const target& to) {
        return to.address.address().is_v4() && to.address.address().is_loopback();
    });
    if (!here || targets.empty()) return 1;
    // Half of them: the fuller the range, the longer the kernel looks for a free one.
    const auto each = std::max<std::int64_t>(ports / 2, 1) * std::ssize(targets);
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>((connections + each - 1) / each, 1, limits::rehearsal_sources));
}

}  // namespace onsale::app
