#include "sold_out_check.hpp"

#include "collector.hpp"
#include "stock_history.hpp"

#include "onsale/core/limits.hpp"

#include <numeric>

namespace onsale::app {

namespace {

/// When the ledger may be asked whether it had too few, by its own clock.
struct window {
    ledger_ms from;
    ledger_ms until;
};

/// The story has whole milliseconds, from which up to one was cut off.
window window_of(const buyer_story& story, time_point started, const ledger_clock& clock) {
    const auto sent = started + std::chrono::milliseconds{story.asked};
    const auto answered = started + std::chrono::milliseconds{story.answered + 1};
    return {clock.earliest(sent) - limits::word_age.count(), clock.latest(answered)};
}

void compare(const rehearsal_plan& plan, const tally& answers, const ledger_evidence& ledger,
             rehearsal_verdict& into) {
    const stock_history stock{ledger.picture};
    collector found{into, "buyers were told 'sold out' while tickets were left"};
    for (std::int64_t buyer = 0; buyer < std::ssize(answers.stories()); ++buyer) {
        const auto& story = answers.story(buyer);
        if (story.what != told::sold_out) continue;
        ++into.compared;
        const auto asked = window_of(story, answers.started(), ledger.clock);
        if (stock.had_nothing(asked.from, asked.until)) continue;
        found.add([&] {
            std::string who;
            append_buyer(who, plan.run, buyer);
            return fmt::format("{}: something was left from {} to {}", who, to_rfc3339(asked.from),
                               to_rfc3339(asked.until));
        });
    }
}

/// What came back after the refusal may be left in the end.
void check_rest(const ledger_picture& picture, std::int64_t refused, rehearsal_verdict& into) {
    const auto left = picture.counters.remaining();
    std::int64_t came_back = 0;
    for (const auto& record : picture.reservations) {
        if (!is_live(record.state)) came_back += record.quantity;
    }
    if (left <= came_back) return;
    into.findings.push_back(
        {fmt::format("{} buyers were told 'sold out', and {} tickets are left", refused, left),
         refused,
         {}});
}

/// Empty: the records tell how many tickets were taken at each moment.
std::string gap_in(const ledger_evidence& ledger) {
    const auto& picture = ledger.picture;
    if (!ledger.before) return "the stock before the rehearsal is not known";
    if (!ledger.before->is_still(picture.counters)) return "the stock was changed meanwhile";
    if (!picture.unreadable.empty()) return "there are records that cannot be read";
    const auto taken =
        std::accumulate(picture.reservations.begin(), picture.reservations.end(), std::int64_t{0},
                        [](std::int64_t sum, const reservation& one) {
                            return sum + (is_live(one.state) ? one.quantity : 0);
                        });
    const bool complete = !picture.exact || taken == picture.counters.sold;
    return complete ? "" : "the records are not all there";
}

}  // namespace

void check_sold_out(const rehearsal_plan& plan, const tally& answers, const ledger_evidence& ledger,
                    rehearsal_verdict& into) {
    const auto refused = answers.buyers(told::sold_out);
    if (refused == 0) return;
    into.not_compared = gap_in(ledger);
    if (into.not_compared.empty()) compare(plan, answers, ledger, into);
    const auto& before = ledger.before;
    if (before && !before->is_still(ledger.picture.counters)) return;  // it may all be new
    check_rest(ledger.picture, refused, into);
}

}  // namespace onsale::app
