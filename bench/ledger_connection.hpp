#pragma once

#include "onsale/redis/session.hpp"

#include <chrono>
#include <stdexcept>
#include <string>
#include <utility>

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

}  // namespace onsale::bench
