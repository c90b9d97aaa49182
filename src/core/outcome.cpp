#include "onsale/core/outcome.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/sabotage.hpp"

namespace onsale {

std::string_view name_of(outcome what) noexcept {
    switch (what) {
        case outcome::sold:
            return "sold";
        case outcome::repeated:
            return "repeated";
        case outcome::key_reused:
            return "key_reused";
        case outcome::ended:
            return "ended";
        case outcome::frozen:
            return "frozen";
        case outcome::missing:
            return "missing";
        case outcome::closed:
            return "closed";
        case outcome::paused:
            return "paused";
        case outcome::not_open:
            return "not_open";
        case outcome::too_many_reservations:
            return "too_many_reservations";
        case outcome::limit_reached:
            return "limit_reached";
        case outcome::sold_out:
            return "sold_out";
        case outcome::too_few:
            return "too_few";
        case outcome::in_doubt:
            return "in_doubt";
        case outcome::busy:
            return "busy";
    }
    ONSALE_ASSERT(false);
    return {};
}

std::string_view sentence_of(outcome what) noexcept {
    switch (what) {
        case outcome::sold:
            return "The tickets are reserved; pay before pay_by.";
        case outcome::repeated:
            return "This key has reserved these tickets before.";
        case outcome::key_reused:
            return "This Idempotency-Key was used for another purchase; use a new key.";
        case outcome::ended:
            return "This key's reservation has ended; buy again with a new key.";
        case outcome::frozen:
            return "The sale is being checked by its operator; try again later.";
        case outcome::missing:
            return "The sale is being restored by its operator; try again later.";
        case outcome::closed:
            return "The sale is over.";
        case outcome::paused:
            return "The sale is paused; try again later.";
        case outcome::not_open:
            return "The sale is not open yet.";
        case outcome::too_many_reservations:
            return "This buyer has made too many reservations in this sale.";
        case outcome::limit_reached:
            return "This buyer has as many tickets as one buyer may have.";
        case outcome::sold_out:
            return "All tickets are sold.";
        case outcome::too_few:
            return "Fewer tickets are left than asked for.";
        case outcome::in_doubt:
            return "The reservation was sent and not yet confirmed; ask for it by its id.";
        case outcome::busy:
            return "Nothing was sold; please try again.";
    }
    ONSALE_ASSERT(false);
    return {};
}

bool keeps_token(outcome what) noexcept {
    if (sabotage::is(sabotage::mutant::token_back_on_unknown)) return what == outcome::sold;
    return what == outcome::sold || what == outcome::in_doubt;
}

}  // namespace onsale
