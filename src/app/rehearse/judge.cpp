#include "judge.hpp"

#include "claims.hpp"
#include "collector.hpp"
#include "doubt.hpp"
#include "sold_out_check.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace onsale::app {

namespace {

/// A winner and the ticket.
struct winner {
    std::int64_t buyer;
    const winner_story* story;
};

class judge {
  public:
    judge(const rehearsal_plan& plan, const tally& answers) : plan_{plan}, answers_{answers} {
        winners_.reserve(answers.winners().size());
        for (const auto& [buyer, story] : answers.winners())
            winners_.push_back({buyer, &story});
    }

    /// `ledger` may be nullptr.
    rehearsal_verdict of(const ledger_evidence* ledger) {
        check_everybody_knows();
        check_told(told::nonsense, "buyers got an answer that is none");
        check_told(told::wrong, "buyers were told that their request is wrong");
        check_refusals();
        check_reservations();
        check_settlements();
        measure_tickets();
        check_tickets(ledger == nullptr ? nullptr : &ledger->picture);
        if (ledger != nullptr) {
            check_winners(ledger->picture);
            check_holders(ledger->picture);
            check_unasked_payments(ledger->picture);
            check_sold_out(plan_, answers_, *ledger, verdict_);
            check_law(ledger->audit);
            check_orders(*ledger);
        }
        return std::move(verdict_);
    }

  private:
    [[nodiscard]] std::string name(std::int64_t buyer) const {
        std::string text;
        append_buyer(text, plan_.run, buyer);
        return text;
    }

    void check_everybody_knows() {
        collector found{verdict_, "buyers do not know what became of their purchase"};
        for (std::int64_t buyer = 0; buyer < std::ssize(answers_.stories()); ++buyer) {
            const auto& story = answers_.story(buyer);
            const bool nonsense =
                story.what == told::nonsense ||
                (story.what == told::sold && answers_.winner(buyer).settled == told::nonsense);
            if (answers_.knows(buyer) || nonsense) continue;
            ++verdict_.unanswered;
            found.add([&] { return what_is_open(buyer, story); });
        }
    }

    [[nodiscard]] std::string what_is_open(std::int64_t buyer, const buyer_story& story) const {
        const auto who = name(buyer);
        if (story.what != told::sold) {
            return fmt::format("{}: {} after {} attempts", who, name_of(story.what),
                               story.attempts);
        }
        const auto& won = answers_.winner(buyer);
        return fmt::format("{}, {}: {} after {} attempts to settle", who, won.reservation,
                           name_of(won.settled), won.payments + won.cancellations);
    }

    void check_told(told what, std::string_view sentence) {
        collector found{verdict_, sentence};
        const auto& stories = answers_.stories();
        for (std::size_t i = 0; i < stories.size(); ++i) {
            if (stories[i].what != what) continue;
            found.add([&] {
                return fmt::format("{}: {}", name(static_cast<std::int64_t>(i)),
                                   answers_.reason(stories[i]));
            });
        }
    }

    /// What cannot be true of a buyer who never asked for anything else.
    void check_refusals() {
        constexpr std::array<std::string_view, 3> never{"limit_reached", "too_many_reservations",
                                                        "key_reused"};
        collector found{verdict_, "buyers were refused for what they never did"};
        const auto& stories = answers_.stories();
        for (std::size_t i = 0; i < stories.size(); ++i) {
            if (stories[i].what != told::refused) continue;
            const auto& reason = answers_.reason(stories[i]);
            if (std::find(never.begin(), never.end(), reason) == never.end()) continue;
            found.add([&] {
                return fmt::format("{}: {}", name(static_cast<std::int64_t>(i)),
                                   answers_.reason(stories[i]));
            });
        }
    }

    void check_reservations() {
        std::sort(winners_.begin(), winners_.end(), [](const winner& a, const winner& b) {
            return a.story->reservation < b.story->reservation;
        });
        collector found{verdict_, "reservations were given to more than one buyer"};
        for (std::size_t i = 1; i < winners_.size(); ++i) {
            const auto& a = winners_[i - 1];
            const auto& b = winners_[i];
            if (a.story->reservation != b.story->reservation) continue;
            found.add([&] {
                return fmt::format("{}: {} and {}", a.story->reservation, name(a.buyer),
                                   name(b.buyer));
            });
        }
    }

    template <class Test>
    void check_stories(std::string_view sentence, Test is_wrong) {
        collector found{verdict_, sentence};
        for (const auto& one : winners_) {
            if (!is_wrong(*one.story)) continue;
            found.add([&] {
                return fmt::format("{}, {}: {} {}", name(one.buyer), one.story->reservation,
                                   name_of(one.story->settled), one.story->settled_reason);
            });
        }
    }

    /// What became of the winners' money and of their wishes, by what they were told.
    void check_settlements() {
        check_stories("buyers asked again and were told something else",
                      [](const auto& story) { return story.differs; });
        check_stories("payments or cancellations got an answer that is none",
                      [](const auto& story) { return story.settled == told::nonsense; });
        check_stories("payments came to nothing, and no refund is due", [&](const auto& story) {
            const bool lost = story.settled == told::refused && plan_.price > 0;
            return story.payments > 0 && (lost || story.settled == told::wrong);
        });
        check_stories("cancellations came to nothing", [](const auto& story) {
            const bool over = story.settled == told::refused && story.settled_reason == "expired";
            return story.cancellations > 0 && is_final(story.settled) && !over &&
                   story.settled != told::cancelled;
        });
    }

    void measure_tickets() {
        std::set<std::int64_t> tickets;
        for (const auto& one : winners_) {
            tickets.insert(one.story->ticket);
            if (!one.story->replaced_by.empty()) tickets.insert(one.story->new_ticket);
        }
        if (tickets.empty()) return;
        verdict_.tickets = std::ssize(tickets);
        verdict_.lowest = *tickets.begin();
        verdict_.highest = *tickets.rbegin();
    }

    void check_tickets(const ledger_picture* picture) {
        const auto claims = claims_of(answers_, picture);
        collector found{verdict_, "tickets were sold twice"};
        for (std::size_t i = 1; i < claims.size(); ++i) {
            const auto& a = claims[i - 1];
            const auto& b = claims[i];
            if (!collide(a, b)) continue;
            found.add([&] {
                return fmt::format("{}: {} and {}", a.ticket, name(a.buyer), name(b.buyer));
            });
        }
    }

    void check_winners(const ledger_picture& picture) {
        collector found{verdict_, "winners have something else in the ledger than they were told"};
        for (const auto& one : winners_) {
            const auto why = doubt_about(plan_, one.buyer, *one.story, picture);
            if (why.empty()) continue;
            found.add([&] {
                return fmt::format("{}, {}: {}", name(one.buyer), one.story->reservation, why);
            });
        }
        collector beyond{verdict_, "tickets were sold that never were"};
        for (const auto& one : winners_) {
            const auto highest = std::max(one.story->ticket, one.story->new_ticket);
            if (highest <= picture.counters.last) continue;
            beyond.add([&] { return fmt::format("{}: {}", highest, name(one.buyer)); });
        }
    }

    /// What the winner has, or what it was replaced by.
    [[nodiscard]] bool holds(std::int64_t buyer, std::string_view digits) const {
        const auto& won = answers_.winner(buyer);
        const auto& has = won.replaced_by.empty() ? won.reservation : won.replaced_by;
        return has.ends_with(digits);
    }

    void check_holders(const ledger_picture& picture) {
        collector found{verdict_, "reservations are held but their buyers were not told"};
        for (const auto& record : picture.reservations) {
            const auto buyer = buyer_number(plan_.run, record.buyer);
            if (!is_live(record.state) || buyer < 0 || buyer >= plan_.buyers) continue;
            const auto& story = answers_.story(buyer);
            if (story.what == told::sold && holds(buyer, record.digits)) continue;
            found.add([&] {
                return fmt::format("{}.{}, ticket {}: {} was told {}", plan_.sale, record.digits,
                                   record.tickets, record.buyer, name_of(story.what));
            });
        }
    }

    void check_unasked_payments(const ledger_picture& picture) {
        collector found{verdict_, "reservations are paid whose buyers never paid"};
        for (const auto& one : winners_) {
            const auto* record = find_record(picture, one.story->reservation);
            if (record == nullptr || one.story->payments > 0 || record->payment.empty()) continue;
            found.add([&] {
                return fmt::format("{}, {}: '{}'", name(one.buyer), one.story->reservation,
                                   record->payment);
            });
        }
    }

    void check_law(const audit_report& audit) {
        collector found{verdict_,
                        "differences from the law are in the ledger (see 'onsale audit')"};
        for (const auto& one : audit.differences)
            found.add([&] { return one.sentence; });
    }

    /// P8, with some patience.
    void check_orders(const ledger_evidence& ledger) {
        const auto& orders = ledger.audit.orders;
        if (!orders || orders->position >= ledger.end) return;
        collector late{verdict_, "order database has not followed the ledger"};
        late.add([&] {
            return fmt::format("it is at {}-{}, and the ledger was at {}-{} when all had been told",
                               orders->position.epoch, orders->position.version, ledger.end.epoch,
                               ledger.end.version);
        });
    }

    const rehearsal_plan& plan_;
    const tally& answers_;
    std::vector<winner> winners_;
    rehearsal_verdict verdict_;
};

}  // namespace

rehearsal_verdict judge_rehearsal(const rehearsal_plan& plan, const tally& answers,
                                  const ledger_evidence* ledger) {
    return judge{plan, answers}.of(ledger);
}

}  // namespace onsale::app
