#pragma once

#include "../../src/app/rehearse/judge.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <utility>

namespace onsale::app {

inline std::string digits_of(std::int64_t number) {
    auto digits = std::to_string(number);
    return std::string(32 - digits.size(), '0') + digits;
}

/// Four buyers of a sale of two tickets: 0 and 1 won tickets 1 and 2, 2 and 3 came too late.
class Rehearsal : public testing::Test {
  protected:
    Rehearsal() {
        plan.sale = "demo";
        plan.run = "r";
        plan.buyers = 4;
        evidence.picture.exact = true;
        auto& counters = evidence.picture.counters;
        counters = {.at = {1, 3},
                    .state = sale_state::open,
                    .total = 2,
                    .sold = 2,
                    .paid = 0,
                    .last = 2,
                    .next = 3,
                    .journal = {1, 3},
                    .free_numbers = 0,
                    .reservations = 2,
                    .buyers = 2,
                    .due = 2};
        record(0, 1);
        record(1, 2);
    }

    /// Buyer `number` holds `ticket` in the ledger.
    reservation& record(std::int64_t number, std::int64_t ticket, const char* state = "held") {
        auto& picture = evidence.picture;
        const auto text = "1|" + std::string{state} + "|1|" + std::to_string(ticket) +
                          "|9000|100|0|1|2||0|r-" + std::to_string(number);
        return picture.reservations.emplace_back(
            *parse_record(picture.texts.keep(digits_of(number)), picture.texts.keep(text)));
    }

    void tell(std::int64_t buyer, told what, std::int64_t ticket = 0, std::string reason = {}) {
        attempt_record attempt;
        attempt.buyer = buyer;
        attempt.got.what = what;
        attempt.got.ticket = ticket;
        attempt.got.reason = std::move(reason);
        if (what == told::sold) attempt.got.reservation = "demo." + digits_of(buyer);
        if (what == told::nothing) attempt.trouble = "the connection broke";
        answers.add(attempt);
    }

    /// A payment by buyer `number`, or a cancellation, and what was told of it.
    void settle(std::int64_t number, request_kind asked, answer told_so) {
        attempt_record attempt;
        attempt.buyer = number;
        attempt.asked = asked;
        attempt.got = std::move(told_so);
        answers.add(attempt);
    }

    void tell_all() {
        tell(0, told::sold, 1);
        tell(1, told::sold, 2);
        tell(2, told::sold_out);
        tell(3, told::sold_out);
    }

    rehearsal_verdict judge() {
        evidence.picture.settle();
        return judge_rehearsal(plan, answers, &evidence);
    }

    /// Checks that exactly one kind of finding is there, and that it says `what`.
    static void expect_only(const rehearsal_verdict& verdict, const std::string& what) {
        EXPECT_FALSE(verdict.is_clean());
        ASSERT_EQ(verdict.findings.size(), 1U) << texts(verdict);
        EXPECT_NE(verdict.findings[0].what.find(what), std::string::npos) << texts(verdict);
    }

    static std::string texts(const rehearsal_verdict& verdict) {
        return std::accumulate(
            verdict.findings.begin(), verdict.findings.end(), std::string{},
            [](std::string all, const finding& one) { return std::move(all) + one.what + "; "; });
    }

    rehearsal_plan plan;
    tally answers{4, "r"};
    ledger_evidence evidence;
};

}  // namespace onsale::app
