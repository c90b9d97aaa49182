#include "claims.hpp"

#include "doubt.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace onsale::app {

namespace {

bool may_have_ended(const winner_story& winner, ledger_ms finished) {
    if (winner.settled == told::paid) return false;
    const bool over = winner.pay_by != 0 && winner.pay_by <= finished;
    return winner.was_settled() || over;
}

/// Until it ended, if it has. A reservation that the ledger does not know is claimed for ever.
claim by_ledger(const ledger_picture& picture, std::int64_t buyer, std::int64_t ticket,
                const std::string& reservation_id) {
    claim made{.ticket = ticket, .buyer = buyer};
    if (const auto* record = find_record(picture, reservation_id)) {
        made.from = record->reserved;
        if (!is_live(record->state)) made.until = record->settled;
    }
    return made;
}

}  // namespace

std::vector<claim> claims_of(const tally& answers, const ledger_picture* picture) {
    std::vector<claim> claims;
    for (const auto& [buyer, winner] : answers.winners()) {
        const bool moved = !winner.replaced_by.empty();
        if (picture != nullptr) {
            claims.push_back(by_ledger(*picture, buyer, winner.ticket, winner.reservation));
            if (!moved) continue;
            claims.push_back(by_ledger(*picture, buyer, winner.new_ticket, winner.replaced_by));
        } else if (!may_have_ended(winner, answers.finished())) {
            claims.push_back({.ticket = moved ? winner.new_ticket : winner.ticket, .buyer = buyer});
        }
    }
    std::sort(claims.begin(), claims.end(), [](const claim& a, const claim& b) {
        return std::tie(a.ticket, a.from, a.until, a.buyer) <
               std::tie(b.ticket, b.from, b.until, b.buyer);
    });
    return claims;
}

}  // namespace onsale::app
