#include "tally.hpp"

#include "onsale/core/assert.hpp"

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
    const bool knew = story.knows();
    ++requests_;
    ++attempts_[static_cast<std::size_t>(got.what)];
    if (got.what == told::nothing) {
        ++troubles_[std::string{attempt.trouble}];
    } else {
        latencies_.push_back(microseconds(attempt.took));
    }
    if (attempt.asked == request_kind::purchase) {
        hear_of_purchase(story, got);
    } else {
        hear_of_settlement(story, attempt);
    }
    answered_ += (story.knows() ? 1 : 0) - (knew ? 1 : 0);
    if (file_) write_line(attempt);
}

void tally::hear_of_purchase(buyer_story& story, const answer& got) {
    ++story.attempts;
    if (story.what == told::sold) {
        // Asked again: the same, or that it has ended since, which the ledger will bear out or not.
        const bool same = got.what == told::sold && got.reservation == story.reservation &&
                          got.ticket == story.ticket;
        const bool over = got.what == told::refused && got.reason == "ended";
        story.differs = story.differs || (is_final(got.what) && !same && !over);
        return;
    }
    if (got.what != told::nothing) story.reservation = got.reservation;
    story.what = got.what;
    story.ticket = got.ticket;
    story.reason = got.reason;
    story.pay_by = got.pay_by;
}

void tally::hear_of_settlement(buyer_story& story, const attempt_record& attempt) {
    const auto& got = attempt.got;
    ++(attempt.asked == request_kind::payment ? story.payments : story.cancellations);
    const bool moved = !got.replaces.empty();
    const auto& bought = moved ? got.reservation : std::string{};
    if (is_final(story.settled)) {
        if (!is_final(got.what)) return;
        story.differs = story.differs || got.what != story.settled || bought != story.replaced_by ||
                        (moved && got.ticket != story.new_ticket);
    }
    story.settled = got.what;
    story.settled_reason = got.reason;
    if (got.what != told::paid) return;
    const bool expected = moved
                              ? got.replaces == story.reservation
                              : got.reservation == story.reservation && got.ticket == story.ticket;
    story.differs = story.differs || !expected;
    story.replaced_by = bought;
    if (moved) story.new_ticket = got.ticket;
}

std::int64_t tally::buyers(told what) const {
    return std::count_if(stories_.begin(), stories_.end(),
                         [&](const buyer_story& story) { return story.what == what; });
}

std::int64_t tally::settled(told what) const {
    return std::count_if(stories_.begin(), stories_.end(), [&](const buyer_story& story) {
        return story.payments + story.cancellations > 0 && story.settled == what;
    });
}

std::map<std::string, std::int64_t> tally::reasons() const {
    std::map<std::string, std::int64_t> counts;
    for (const auto& story : stories_) {
        if (story.what == told::refused || story.what == told::wrong) {
            ++counts[story.reason.empty() ? "no reason given" : story.reason];
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
                             {"latency_us", attempt.took.count()}};
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
