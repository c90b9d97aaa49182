#include "tally.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/limits.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <limits>

namespace onsale::app {

namespace {

std::uint32_t at_share(std::vector<std::uint32_t>& values, std::size_t part, std::size_t whole) {
    const auto rank = (values.size() * part + whole - 1) / whole;
    const auto place =
        values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

std::string_view name_of(request_kind kind) {
    switch (kind) {
        case request_kind::purchase:
            return "purchase";
        case request_kind::payment:
            return "payment";
        case request_kind::cancellation:
            return "cancellation";
    }
    ONSALE_ASSERT(false);
    return {};
}

std::uint32_t microseconds(std::chrono::microseconds time) {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(time.count(), 0, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

percentiles measure(std::vector<std::uint32_t>& values) {
    if (values.empty()) return {};
    return {at_share(values, 50, 100), at_share(values, 90, 100), at_share(values, 99, 100),
            at_share(values, 999, 1000), at_share(values, 1, 1)};
}

tally::tally(std::int64_t buyers, std::string run)
    : run_{std::move(run)}, stories_(static_cast<std::size_t>(buyers)) {
    latencies_.reserve(static_cast<std::size_t>(buyers));
}

bool tally::write_to(const std::string& path) {
    file_.reset(std::fopen(path.c_str(), "w"));
    return file_ != nullptr;
}

void tally::add(const attempt_record& attempt) {
    const auto& got = attempt.got;
    auto& story = stories_[static_cast<std::size_t>(attempt.buyer)];
    const bool knew = knows(attempt.buyer);
    ++requests_;
    ++attempts_[static_cast<std::size_t>(got.what)];
    if (got.what == told::nothing) {
        ++troubles_[std::string{attempt.trouble}];
    } else {
        latencies_.push_back(microseconds(attempt.took()));
    }
    if (attempt.asked == request_kind::purchase) {
        mark(attempt, story.attempts == 0);
        hear_of_purchase(story, attempt);
    } else {
        hear_of_settlement(winners_[attempt.buyer], attempt);
    }
    answered_ += (knows(attempt.buyer) ? 1 : 0) - (knew ? 1 : 0);
    if (file_) write_line(attempt);
}

bool tally::knows(std::int64_t buyer) const {
    const auto what = story(buyer).what;
    if (what != told::sold) return is_final(what);
    return !winner(buyer).is_unsettled();
}

/// Whoever buys again what was bought is no arrival and no sale.
void tally::mark(const attempt_record& attempt, bool first) {
    const auto since = [&](time_point at) {
        return std::chrono::duration_cast<std::chrono::microseconds>(at - started_);
    };
    if (first) timeline_.add(run_event::arrival, since(attempt.due));
    if (story(attempt.buyer).what == told::sold) return;
    const auto what = attempt.got.what;
    const auto event = what == told::sold ? run_event::sale
                       : is_final(what)   ? run_event::refusal
                                          : run_event::retry;
    timeline_.add(event, since(attempt.answered));
}

std::uint32_t tally::since_start(time_point at) const {
    const auto ms = std::chrono::floor<std::chrono::milliseconds>(at - started_).count();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(ms, 0, std::numeric_limits<std::uint32_t>::max()));
}

/// There are a handful; a server that makes up more than can be told apart gave none.
std::uint8_t tally::number_of(const std::string& reason) {
    const auto found = std::find(reasons_.begin(), reasons_.end(), reason);
    if (found != reasons_.end()) return static_cast<std::uint8_t>(found - reasons_.begin());
    if (reasons_.size() == limits::rehearsal_reasons) return 0;
    reasons_.push_back(reason);
    return static_cast<std::uint8_t>(reasons_.size() - 1);
}

void tally::hear_of_purchase(buyer_story& story, const attempt_record& attempt) {
    const auto& got = attempt.got;
    if (story.attempts < std::numeric_limits<std::uint16_t>::max()) ++story.attempts;
    if (story.what == told::sold) return hear_again(winners_[attempt.buyer], got);
    story.what = got.what;
    story.reason = number_of(got.reason);
    story.asked = since_start(attempt.sent);
    story.answered = since_start(attempt.answered);
    if (got.what != told::sold) return;
    winners_[attempt.buyer] = {
        .ticket = got.ticket, .reservation = got.reservation, .pay_by = got.pay_by};
}

/// The same, or that it has ended since, which the ledger will bear out or not.
void tally::hear_again(winner_story& winner, const answer& got) {
    const bool same = got.what == told::sold && got.reservation == winner.reservation &&
                      got.ticket == winner.ticket;
    const bool over = got.what == told::refused && got.reason == "ended";
    winner.differs = winner.differs || (is_final(got.what) && !same && !over);
}

void tally::hear_of_settlement(winner_story& winner, const attempt_record& attempt) {
    const auto& got = attempt.got;
    ++(attempt.asked == request_kind::payment ? winner.payments : winner.cancellations);
    const bool moved = !got.replaces.empty();
    const auto& bought = moved ? got.reservation : std::string{};
    if (is_final(winner.settled)) {
        if (!is_final(got.what)) return;
        winner.differs = winner.differs || got.what != winner.settled ||
                         bought != winner.replaced_by || (moved && got.ticket != winner.new_ticket);
    }
    winner.settled = got.what;
    winner.settled_reason = got.reason;
    if (got.what != told::paid) return;
    const bool expected =
        moved ? got.replaces == winner.reservation
              : got.reservation == winner.reservation && got.ticket == winner.ticket;
    winner.differs = winner.differs || !expected;
    winner.replaced_by = bought;
    if (moved) winner.new_ticket = got.ticket;
}

std::int64_t tally::buyers(told what) const {
    return std::count_if(stories_.begin(), stories_.end(),
                         [&](const buyer_story& story) { return story.what == what; });
}

std::int64_t tally::settled(told what) const {
    return std::count_if(winners_.begin(), winners_.end(), [&](const auto& one) {
        return one.second.was_settled() && one.second.settled == what;
    });
}

std::map<std::string, std::int64_t> tally::reasons() const {
    std::map<std::string, std::int64_t> counts;
    for (const auto& story : stories_) {
        if (story.what == told::refused || story.what == told::wrong) {
            const auto& why = reason(story);
            ++counts[why.empty() ? "no reason given" : why];
        }
    }
    return counts;
}

void tally::write_line(const attempt_record& attempt) {
    std::string buyer;
    append_buyer(buyer, run_, attempt.buyer);
    const auto& got = attempt.got;
    boost::json::object line{{"buyer", buyer},
                             {"asked", name_of(attempt.asked)},
                             {"told", name_of(got.what)},
                             {"status", got.status},
                             {"latency_us", attempt.took().count()}};
    if (!got.reason.empty()) line["reason"] = got.reason;
    if (!attempt.trouble.empty()) line["trouble"] = attempt.trouble;
    if (!got.reservation.empty()) line["reservation"] = got.reservation;
    if (got.ticket != 0) line["ticket"] = got.ticket;
    std::fputs((boost::json::serialize(line) + '\n').c_str(), file_.get());
}

bool tally::finish(ledger_ms now) {
    finished_ = now;
    if (!file_) return true;
    const bool good = std::ferror(file_.get()) == 0;
    return std::fclose(file_.release()) == 0 && good;
}

}  // namespace onsale::app
