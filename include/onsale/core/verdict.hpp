#pragma once

#include "onsale/core/outcome.hpp"
#include "onsale/core/word.hpp"

#include <cstdint>

// What a word lets a node say without asking (L11).

namespace onsale {

enum class verdict : std::uint8_t {
    enough,  ///< the ledger had the tickets
    refuse,  ///< the answer is no, and may be given from memory
    stale,   ///< the answer would be no, but the word is too old to say so
};

struct judgement {
    verdict what;
    outcome why = outcome::sold_out;  ///< with `refuse`
};

/// Judges a purchase of `quantity` tickets by `w` at `now`.
[[nodiscard]] judgement judge(const word& w, std::int64_t quantity, time_point now) noexcept;

/// True if tickets are being sold, or would be if there were any left.
[[nodiscard]] bool is_selling(const word& w, time_point now) noexcept;

}  // namespace onsale
