#pragma once

#include "answer.hpp"
#include "timeline.hpp"

#include "onsale/core/clock.hpp"

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

// What the buyers of a rehearsal were told.

namespace onsale::app {

/// One buyer's way: the last answer counts, but a yes is never taken back. There are a million of
/// these, and most were told "sold out".
struct buyer_story {
    told what = told::nothing;
    std::uint8_t reason = 0;     ///< number of a reason, see `tally::reason`
    std::uint16_t attempts = 0;  ///< stays at the most it can say
    std::uint32_t asked = 0;     ///< when the last one was sent, in ms since the start
    std::uint32_t answered = 0;  ///< … and when that was answered
};

/// What else there is to say of a buyer who was told "yours".
struct winner_story {
    std::int64_t ticket = 0;
    std::string reservation{};
    ledger_ms pay_by = 0;

    std::uint32_t payments = 0;       ///< attempts to pay
    std::uint32_t cancellations = 0;  ///< attempts to cancel
    told settled = told::nothing;     ///< what the last of these was told
    std::string settled_reason{};
    std::string replaced_by{};  ///< the reservation that a late payment bought
    std::int64_t new_ticket = 0;
    bool differs = false;  ///< a second yes was another one than the first, or a no came after

    [[nodiscard]] bool was_settled() const noexcept { return payments + cancellations > 0; }
    /// Something was asked about the reservation, and the buyer does not know what it came to.
    [[nodiscard]] bool is_unsettled() const noexcept { return was_settled() && !is_final(settled); }
};

/// Times in microseconds, at one percentile each.
struct percentiles {
    std::uint32_t p50 = 0;
    std::uint32_t p90 = 0;
    std::uint32_t p99 = 0;
    std::uint32_t p999 = 0;
    std::uint32_t most = 0;
};

/// The smallest value that is not below so many of all; reorders `values`.
[[nodiscard]] percentiles measure(std::vector<std::uint32_t>& values);

/// One attempt of one buyer.
struct attempt_record {
    std::int64_t buyer = 0;
    request_kind asked = request_kind::purchase;
    answer got;
    std::string_view trouble;  ///< with `told::nothing`: what happened to the connection
    time_point due;            ///< when the buyer wanted to ask
    time_point sent;           ///< … and could
    time_point answered;

    /// What the buyer waited, also for a connection.
    [[nodiscard]] std::chrono::microseconds took() const {
        return std::chrono::duration_cast<std::chrono::microseconds>(answered - due);
    }
};

/// Counts and keeps every answer; one thread.
class tally {
  public:
    tally(std::int64_t buyers, std::string run);

    /// Every answer goes to this file, too. False: it cannot be written.
    [[nodiscard]] bool write_to(const std::string& path);

    /// The crowd comes; before anything is added.
    void begin(time_point now) noexcept { started_ = now; }

    void add(const attempt_record& attempt);

    [[nodiscard]] const std::vector<buyer_story>& stories() const noexcept { return stories_; }
    [[nodiscard]] const buyer_story& story(std::int64_t buyer) const {
        return stories_[static_cast<std::size_t>(buyer)];
    }
    /// Of those who were told `sold`, in no order.
    [[nodiscard]] const std::unordered_map<std::int64_t, winner_story>& winners() const noexcept {
        return winners_;
    }
    /// `buyer` is one of them.
    [[nodiscard]] const winner_story& winner(std::int64_t buyer) const {
        return winners_.at(buyer);
    }
    /// Why it was no; empty: no reason was given.
    [[nodiscard]] const std::string& reason(const buyer_story& story) const {
        return reasons_[story.reason];
    }
    [[nodiscard]] bool knows(std::int64_t buyer) const;

    [[nodiscard]] std::int64_t requests() const noexcept { return requests_; }
    /// Attempts that were told so, whatever the buyer was told in the end.
    [[nodiscard]] std::int64_t attempts(told what) const {
        return attempts_[static_cast<std::size_t>(what)];
    }
    /// Buyers who know.
    [[nodiscard]] std::int64_t answered() const noexcept { return answered_; }
    /// Buyers by what they were told last; for `refused` and `wrong`, see `reasons`.
    [[nodiscard]] std::int64_t buyers(told what) const;
    /// Buyers by what they were told last of a payment or a cancellation.
    [[nodiscard]] std::int64_t settled(told what) const;
    [[nodiscard]] std::map<std::string, std::int64_t> reasons() const;
    /// Why connections broke, and how often.
    [[nodiscard]] const std::map<std::string, std::int64_t, std::less<>>& troubles()
        const noexcept {
        return troubles_;
    }
    /// Of every answered request, in the order of the answers.
    [[nodiscard]] std::vector<std::uint32_t>& latencies() noexcept { return latencies_; }
    /// The purchases.
    [[nodiscard]] const timeline& course_of_run() const noexcept { return timeline_; }
    [[nodiscard]] time_point started() const noexcept { return started_; }

    /// The crowd has gone, at `now` by this machine's clock. False if the file could not take all.
    [[nodiscard]] bool finish(ledger_ms now);
    [[nodiscard]] ledger_ms finished() const noexcept { return finished_; }

  private:
    struct close_file {
        void operator()(std::FILE* file) const noexcept { std::fclose(file); }
    };

    void hear_of_purchase(buyer_story& story, const attempt_record& attempt);
    static void hear_again(winner_story& winner, const answer& got);
    static void hear_of_settlement(winner_story& winner, const attempt_record& attempt);
    void mark(const attempt_record& attempt, bool first);
    [[nodiscard]] std::uint8_t number_of(const std::string& reason);
    [[nodiscard]] std::uint32_t since_start(time_point at) const;
    void write_line(const attempt_record& attempt);

    std::string run_;
    time_point started_{};
    std::vector<buyer_story> stories_;
    std::unordered_map<std::int64_t, winner_story> winners_;
    std::vector<std::string> reasons_{std::string{}};
    std::array<std::int64_t, told_kinds> attempts_{};
    std::map<std::string, std::int64_t, std::less<>> troubles_;
    std::vector<std::uint32_t> latencies_;
    timeline timeline_;
    std::int64_t requests_ = 0;
    std::int64_t answered_ = 0;
    ledger_ms finished_ = 0;
    std::unique_ptr<std::FILE, close_file> file_;
};

}  // namespace onsale::app
