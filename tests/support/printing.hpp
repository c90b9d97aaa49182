#pragma once

#include "onsale/core/outcome.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/word.hpp"

#include <ostream>

// How values of `core` look in the message of a failed test.

namespace onsale {

inline void PrintTo(outcome what, std::ostream* out) {
    *out << name_of(what);
}

inline void PrintTo(sale_state state, std::ostream* out) {
    *out << name_of(state);
}

inline void PrintTo(reservation_state state, std::ostream* out) {
    *out << name_of(state);
}

inline void PrintTo(const ledger_version& at, std::ostream* out) {
    *out << at.epoch << '-' << at.version;
}

}  // namespace onsale
