#include "judge.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <utility>

namespace onsale::app {

namespace {

/// A winner and the ticket.
struct winner {
    std::int64_t buyer;
    const buyer_story* story;
};

/// Collects one kind of finding; it is there if anything was added.
class collector {
  public:
    collector(rehearsal_verdict& into, std::string_view what) : into_{into}, what_{what} {}
    collector(const collector&) = delete;
    collector& operator=(const collector&) = delete;
    ~collector() {
        if (found_.count == 0) return;
        found_.what = fmt::format("{} {}", found_.count, what_);
        into_.findings.push_back(std::move(found_));
    }

    template <class Describe>
    void add(Describe describe) {
        ++found_.count;
        if (found_.examples.size() < limits::rehearsal_examples)
            found_.examples.push_back(describe());
    }

  private:
    rehearsal_verdict& into_;
    std::string_view what_;
    finding found_;
};

class judge {
  public:
    judge(const rehearsal_plan& plan, const tally& answers) : plan_{plan}, answers_{answers} {
        const auto& stories = answers.stories();
        for (std::size_t i = 0; i < stories.size(); ++i) {
            if (stories[i].what == told::sold) {
                winners_.push_back({static_cast<std::int64_t>(i), &stories[i]});
            }
        }
    }

    rehearsal_verdict by_answers() {
        check_everybody_knows();
        check_told(told::nonsense, "buyers got an answer that is none");
        check_told(told::wrong, "buyers were told that their request is wrong");
        check_refusals();
        check_reservations();
        check_tickets();
        return std::move(verdict_);
    }

    rehearsal_verdict by_ledger(rehearsal_verdict so_far, const ledger_evidence& ledger) {
        verdict_ = std::move(so_far);
        check_winners(ledger.picture);
        check_holders(ledger.picture);
        check_sold_out(ledger.picture.counters);
        check_law(ledger.audit);
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
        const auto& stories = answers_.stories();
        for (std::size_t i = 0; i < stories.size(); ++i) {
            const auto& story = stories[i];
            if (is_final(story.what) || story.what == told::nonsense) continue;
            ++verdict_.unanswered;
            found.add([&] {
                return fmt::format("{}: {} after {} attempts", name(static_cast<std::int64_t>(i)),
                                   name_of(story.what), story.attempts);
            });
        }
    }

    void check_told(told what, std::string_view sentence) {
        collector found{verdict_, sentence};
        const auto& stories = answers_.stories();
        for (std::size_t i = 0; i < stories.size(); ++i) {
            if (stories[i].what != what) continue;
            found.add([&] {
                return fmt::format("{}: {}", name(static_cast<std::int64_t>(i)), stories[i].reason);
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
            if (std::find(never.begin(), never.end(), stories[i].reason) == never.end()) continue;
            found.add([&] {
                return fmt::format("{}: {}", name(static_cast<std::int64_t>(i)), stories[i].reason);
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

    void check_tickets() {
        std::sort(winners_.begin(), winners_.end(), [](const winner& a, const winner& b) {
            return a.story->ticket < b.story->ticket;
        });
        if (winners_.empty()) return;
        verdict_.lowest = winners_.front().story->ticket;
        verdict_.highest = winners_.back().story->ticket;
        verdict_.tickets = 1;
        collector found{verdict_, "tickets were sold twice"};
        for (std::size_t i = 1; i < winners_.size(); ++i) {
            const auto& a = winners_[i - 1];
            const auto& b = winners_[i];
            verdict_.tickets += a.story->ticket != b.story->ticket ? 1 : 0;
            if (a.story->ticket != b.story->ticket) continue;
            found.add([&] {
                return fmt::format("{}: {} and {}", a.story->ticket, name(a.buyer), name(b.buyer));
            });
        }
    }

    /// Why the ledger does not bear a winner out; empty: it does.
    [[nodiscard]] std::string doubt(const winner& one, const ledger_picture& picture) const {
        const auto& story = *one.story;
        const auto parsed = parse_reservation_id(story.reservation);
        const auto* record = parsed ? picture.find(view(parsed->digits)) : nullptr;
        if (record == nullptr) return "the ledger has no such reservation";
        if (!is_live(record->state)) return fmt::format("it is {}", name_of(record->state));
        if (record->buyer != name(one.buyer)) return fmt::format("it is {}'s", record->buyer);
        if (record->tickets == std::to_string(story.ticket)) return {};
        return fmt::format("told ticket {}, the ledger has {}", story.ticket, record->tickets);
    }

    void check_winners(const ledger_picture& picture) {
        collector found{verdict_, "winners have something else in the ledger than they were told"};
        for (const auto& one : winners_) {
            const auto why = doubt(one, picture);
            if (why.empty()) continue;
            found.add([&] {
                return fmt::format("{}, {}: {}", name(one.buyer), one.story->reservation, why);
            });
        }
        collector beyond{verdict_, "tickets were sold that never were"};
        for (const auto& one : winners_) {
            if (one.story->ticket <= picture.counters.last) continue;
            beyond.add([&] { return fmt::format("{}: {}", one.story->ticket, name(one.buyer)); });
        }
    }

    void check_holders(const ledger_picture& picture) {
        collector found{verdict_, "reservations are held but their buyers were not told"};
        const auto& stories = answers_.stories();
        for (const auto& record : picture.reservations) {
            const auto buyer = buyer_number(plan_.run, record.buyer);
            if (!is_live(record.state) || buyer < 0 || buyer >= plan_.buyers) continue;
            const auto& story = stories[static_cast<std::size_t>(buyer)];
            if (story.what == told::sold && story.reservation.ends_with(record.digits)) continue;
            found.add([&] {
                return fmt::format("{}.{}, ticket {}: {} was told {}", plan_.sale, record.digits,
                                   record.tickets, record.buyer, name_of(story.what));
            });
        }
    }

    void check_sold_out(const law_counters& counters) {
        const auto refused = answers_.buyers(told::sold_out);
        if (refused == 0 || counters.remaining() == 0) return;
        verdict_.findings.push_back(
            {fmt::format("{} buyers were told 'sold out', and {} tickets are left", refused,
                         counters.remaining()),
             refused,
             {}});
    }

    void check_law(const audit_report& audit) {
        collector found{verdict_,
                        "differences from the law are in the ledger (see 'onsale audit')"};
        for (const auto& one : audit.differences)
            found.add([&] { return one.sentence; });
    }

    const rehearsal_plan& plan_;
    const tally& answers_;
    std::vector<winner> winners_;
    rehearsal_verdict verdict_;
};

}  // namespace

rehearsal_verdict judge_rehearsal(const rehearsal_plan& plan, const tally& answers,
                                  const ledger_evidence* ledger) {
    judge one{plan, answers};
    auto verdict = one.by_answers();
    return ledger == nullptr ? verdict : one.by_ledger(std::move(verdict), *ledger);
}

}  // namespace onsale::app
