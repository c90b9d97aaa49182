#pragma once

#include "../ledger_picture.hpp"
#include "tally.hpp"

#include <cstdint>
#include <limits>
#include <vector>

// Which ticket was whose, and when: a ticket that came back is sold again, but never before.

namespace onsale::app {

/// `buyer` had `ticket`, from when it was reserved until it came back, by the ledger's clock.
struct claim {
    std::int64_t ticket = 0;
    std::int64_t buyer = 0;
    ledger_ms from = 0;
    ledger_ms until = std::numeric_limits<ledger_ms>::max();
};

/// Those of the winners, ordered by ticket and time. Without a ledger (`picture` is nullptr) those
/// are left out that may have ended while the rehearsal went on.
[[nodiscard]] std::vector<claim> claims_of(const tally& answers, const ledger_picture* picture);

/// Two claims at once. They are neighbours in the list that `claims_of` gives.
[[nodiscard]] inline bool collide(const claim& first, const claim& second) noexcept {
    return first.ticket == second.ticket && second.from < first.until;
}

}  // namespace onsale::app
