#include "claims.hpp"

#include "doubt.hpp"

#include <algorithm>
#include <string>
#include <tuple>

namespace onsale::app {

namespace {

bool may_have_ended(const buyer_story& story, ledger_ms finished) {
    if (story.settled == told::paid) return false;
    const bool over = story.pay_by != 0 && story.pay_by <= finished;
    return story.payments + story.cancellations > 0 || over;
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
    for (std::int64_t buyer = 0; buyer < std::ssize(answers.stories()); ++buyer) {
        const auto& story = answers.story(buyer);
        if (story.what != told::sold) continue;
        const bool moved = !story.replaced_by.empty();
        if (picture != nullptr) {
            claims.push_back(by_ledger(*picture, buyer, story.ticket, story.reservation));
            if (!moved) continue;
            claims.push_back(by_ledger(*picture, buyer, story.new_ticket, story.replaced_by));
        } else if (!may_have_ended(story, answers.finished())) {
            claims.push_back({.ticket = moved ? story.new_ticket : story.ticket, .buyer = buyer});
        }
    }
    std::sort(claims.begin(), claims.end(), [](const claim& a, const claim& b) {
        return std::tie(a.ticket, a.from, a.until) < std::tie(b.ticket, b.from, b.until);
    });
    return claims;
}

}  // namespace onsale::app
