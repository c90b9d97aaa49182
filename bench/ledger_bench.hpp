#pragma once

#include "support/ledger_client.hpp"

#include "onsale/redis/session.hpp"

#include <spdlog/fmt/fmt.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// What the programs that sell straight to the ledger share.

namespace onsale::bench {

/// The value; what there is instead of one is thrown.
template <class T>
T expect(redis::outcome_or_silence<T> answer) {
    if (!answer) throw std::runtime_error{answer.error().why};
    return std::move(*answer);
}

inline redis::session connect_to(const std::string& socket) {
    redis::endpoint where;
    where.socket = socket;
    return expect(redis::session::connect(where, std::chrono::seconds{10}));
}

/// Scattered as the nodes' ids are, or Redis would have it easier: neighbours in its tables, and
/// deadlines (which have a chance in them, by the id) in the order of arrival. This is SplitMix64.
inline std::uint64_t scattered(std::uint64_t n) {
    n *= 0x9e3779b97f4a7c15U;
    n = (n ^ (n >> 30U)) * 0xbf58476d1ce4e5b9U;
    n = (n ^ (n >> 27U)) * 0x94d049bb133111ebU;
    return n ^ (n >> 31U);
}

/// `count` purchases of one ticket each, from number `first`; each has a buyer of its own, or none.
inline std::vector<test::wish> purchases(std::int64_t first, std::int64_t count, bool named) {
    std::vector<test::wish> all;
    for (auto n = static_cast<std::uint64_t>(first); count > 0; ++n, --count) {
        auto id = fmt::format("{:016x}{:016x}", scattered(2 * n), scattered(2 * n + 1));
        auto buyer = named ? "buyer-" + id.substr(0, 10) : std::string{};
        all.push_back({std::move(id), std::move(buyer)});
    }
    return all;
}

}  // namespace onsale::bench
