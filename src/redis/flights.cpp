#include "flights.hpp"

#include "batch_reply.hpp"
#include "greeting.hpp"
#include "scripts.hpp"
#include "settle_call.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/box_office.hpp"
#include "onsale/core/sabotage.hpp"
#include "onsale/core/text.hpp"
#include "onsale/redis/word_line.hpp"

#include <hiredis/hiredis.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace onsale::redis {

using sabotage::mutant;

namespace {

/// Of a script that fails: it is asked again many times a second.
constexpr std::chrono::seconds complain_every{1};

constexpr std::array<std::string_view, 6> reserve_parts{"",    "reservations", "buyers",
                                                        "due", "free",         "journal"};

const reservation* address_of(const std::optional<reservation>& record) {
    return record ? &*record : nullptr;
}

}  // namespace

flights::flights(connection& over, ledger_listener& listener, link_status& status,
                 late_payments late, std::function<void()> on_landing) noexcept
    : over_{over},
      listener_{listener},
      status_{status},
      late_{late},
      on_landing_{std::move(on_landing)} {
    for (auto& one : flights_) {
        one.owner = this;
    }
}

void flights::submit(purchase& one) {
    batches_.add(one.on->lane_for(one.asks), one);
}

void flights::take_off(time_point now) {
    while (auto* one = batches_.next(now)) {
        if (!send(*one, now)) {
            batches_.put_back(*one);
            return;
        }
    }
}

bool flights::send(batch& one, time_point now) {
    const auto& on = one.from->on();
    const auto asks = one.items.front().asks;
    if (asks == errand::reserve) {
        write_reserve(one, on);
    } else if (asks == errand::settle) {
        write_settle(one, on);
    } else {
        write_look_up(one, on);
    }
    const auto free = std::find_if(flights_.begin(), flights_.end(),
                                   [](const flight& each) { return each.carried == nullptr; });
    ONSALE_ASSERT(free != flights_.end());
    sabotage::pass(sabotage::failpoint::before_send);
    if (!over_.send(command_.text(), *free, now)) return false;
    sabotage::arm(sabotage::failpoint::after_send);
    free->carried = &one;
    free->sent = now;
    on.shared().asked(now);
    count(asks, one.items.size());
    const auto again = std::count_if(one.items.begin(), one.items.end(), [](const purchase& item) {
        return changes_ledger(item.asks) && item.may_have_run;
    });
    status_.resent.fetch_add(static_cast<std::uint64_t>(again), std::memory_order_relaxed);
    return true;
}

void flights::count(errand asks, std::size_t items) {
    // Counts, which order nothing.
    auto& calls = asks == errand::reserve  ? status_.batches
                  : asks == errand::settle ? status_.settle_calls
                                           : status_.look_ups;
    calls.fetch_add(1, std::memory_order_relaxed);
    if (asks == errand::reserve) status_.purchases.fetch_add(items, std::memory_order_relaxed);
}

void flights::write_reserve(const batch& one, const local_sale& on) {
    const auto held = on.shared().says().at;
    command_.begin(3 + reserve_parts.size() + 3 + 3 * one.items.size());
    command_.add("EVALSHA");
    command_.add(reserve_script().sha);
    command_.add(static_cast<std::int64_t>(reserve_parts.size()));
    for (const auto part : reserve_parts) {
        command_.add_key(on.id(), part);
    }
    command_.add(held.epoch);
    command_.add(held.version);
    command_.add(static_cast<std::int64_t>(limits::reservations_per_buyer));
    for (const auto& item : one.items) {
        command_.add(view(item.id));
        command_.add(std::string_view{item.buyer.data(), item.buyer.size()});
        command_.add(static_cast<std::int64_t>(item.quantity));
    }
}

void flights::write_look_up(const batch& one, const local_sale& on) {
    const auto held = on.shared().says().at;
    command_.begin(3 + 3 + 3 + one.items.size());
    command_.add("EVALSHA");
    command_.add(read_script().sha);
    command_.add(3);
    command_.add_key(on.id());
    command_.add_key(on.id(), "reservations");
    command_.add_key(on.id(), "letters");
    command_.add(1);
    command_.add(held.epoch);
    command_.add(held.version);
    for (const auto& item : one.items) {
        command_.add(view(item.id));
    }
}

void flights::write_settle(const batch& one, const local_sale& on) {
    begin_settle(command_, on.shared(), late_, 0, one.items.size());
    for (const auto& item : one.items) {
        const auto& settles = item.settles;
        const bool pays = settles.what == settle_kind::pay;
        command_.add(view(item.id));
        command_.add(name_of(settles.what));
        command_.add(std::string_view{settles.payment.data(), settles.payment.size()});
        command_.add(settles.amount);
        command_.add(pays ? view(settles.successor) : std::string_view{});
    }
}

void flights::landed(flight& one, const redisReply* answer) {
    ONSALE_ASSERT(one.carried != nullptr);
    auto& carried = *one.carried;
    if (answer == nullptr) {
        lost(carried);
    } else if (answer->type == REDIS_REPLY_STRING) {
        if (!take_in(one, {answer->str, static_cast<std::size_t>(answer->len)})) {
            lost(carried);
            give_up();
        }
    } else {
        const std::string_view error =
            answer->type == REDIS_REPLY_ERROR
                ? std::string_view{answer->str, static_cast<std::size_t>(answer->len)}
                : "an answer of the wrong kind";
        if (proves_not_run(error)) {
            proved_not_run(carried, error);
        } else {
            // It is over and may have done anything: the same ids ask again, in a moment.
            complain(error);
            lost(carried, monotonic::now() + limits::tick);
        }
    }
    one.carried = nullptr;
    if (answer != nullptr) on_landing_();
}

/// Hears the word and keeps the rest of the reply for those of the batch, unless it is of another
/// ledger's sale. False: no word in it.
bool flights::take_in(flight& one, std::string_view reply) {
    tell(one);  // an earlier batch, if nobody has come to it yet
    if (sabotage::is(mutant::reply_skipped)) reply = sabotage::previous(reply);
    const auto line = parse_word_line(cut(reply, '\n'));
    if (!line) return false;
    auto& carried = *one.carried;
    if (!hear(carried.from->on().shared(), *line, one.sent)) {
        lost(carried, monotonic::now() + limits::tick);
        return true;
    }
    one.from = carried.from;
    if (sabotage::is(mutant::reply_shifted)) reply = sabotage::shifted(reply);
    one.told.assign(reply);
    one.untold.swap(carried.items);
    batches_.finish(carried);
    return true;
}

void flights::give_up() {
    spdlog::error("the ledger's answer makes no sense; the connection is given up");
    over_.close("an answer that makes no sense");
}

void flights::complain(std::string_view error) {
    const auto now = monotonic::now();
    if (now < complained_ + complain_every) return;
    complained_ = now;
    spdlog::error("the ledger could not do all that it was asked: {}", error);
}

void flights::lost(batch& carried, time_point rested) {
    lost(carried.items);
    batches_.put_back(carried, rested);
}

void flights::lost(purchase_queue& items) {
    for (auto& item : items) {
        item.may_have_run = changes_ledger(item.asks);
        if (sabotage::is(mutant::new_id_per_retry)) item.id = random_id();
    }
}

void flights::proved_not_run(batch& carried, std::string_view error) {
    if (error.starts_with("NOSCRIPT")) {
        load_scripts_again(over_);
        batches_.put_back(carried);
        expire(monotonic::now());  // it is sent again at once
        return;
    }
    spdlog::warn("the ledger refused a batch: {}", error);
    // Those sent before on a lost connection may have run then: they ask again, the others are
    // told.
    purchase_queue again;
    while (!carried.items.empty()) {
        auto& item = carried.items.front();
        carried.items.pop_front();
        if (item.may_have_run) {
            again.push_back(item);
        } else {
            listener_.failed(item, errc::not_sent);
        }
    }
    carried.items.swap(again);
    const bool is_told = carried.items.empty();
    batches_.put_back(carried, is_told ? time_point{} : monotonic::now() + limits::tick);
}

void flights::tell() {
    for (auto& one : flights_) {
        tell(one);
    }
}

void flights::tell(flight& one) {
    if (one.untold.empty()) return;
    sabotage::pass(sabotage::failpoint::before_answer);
    std::string_view lines = one.told;
    while (!one.untold.empty()) {
        if (tell_next(one.untold, cut(lines, '\n'))) continue;
        lost(one.untold);
        batches_.put_back(*one.from, one.untold);
        give_up();
    }
    sabotage::pass(sabotage::failpoint::after_answer);
}

/// Tells the first of `items` and takes it off. False, and it stays: the line is not about it.
bool flights::tell_next(purchase_queue& items, std::string_view line) {
    auto& item = items.front();
    // By id, not by position (P9).
    const bool is_its_own = cut(line, ' ') == view(item.id) ||
                            sabotage::is(mutant::reply_skipped) ||
                            sabotage::is(mutant::reply_shifted);
    if (!is_its_own) return false;
    items.pop_front();
    const bool good = item.asks == errand::reserve  ? tell_reserved(item, line)
                      : item.asks == errand::settle ? tell_settled(item, line)
                                                    : tell_looked_up(item, line);
    if (!good) {  // damaged, or of a newer onsale
        complain(std::string{item.on->id()} + "." + std::string{view(item.id)} +
                 ": its record, or the count of its buyer, cannot be understood");
        const bool has_changed_nothing = !changes_ledger(item.asks) || says_nothing_taken(line);
        listener_.failed(item, has_changed_nothing ? errc::not_sent : errc::outcome_unknown);
    }
    return true;
}

bool flights::tell_reserved(purchase& one, std::string_view line) {
    const auto told = parse_reserved(view(one.id), line);
    if (told) listener_.reserved(one, told->what, address_of(told->record));
    return told.has_value();
}

bool flights::tell_looked_up(purchase& one, std::string_view line) {
    const auto told = parse_looked_up(view(one.id), line);
    if (told) listener_.looked_up(one, address_of(told->record));
    return told.has_value();
}

bool flights::tell_settled(purchase& one, std::string_view line) {
    const auto told = parse_settled(view(one.id), view(one.settles.successor), line);
    if (told) listener_.settled(one, told->what, address_of(told->record));
    return told.has_value();
}

void flights::expire(time_point now) {
    batches_.expire(now, [this](purchase& one) {
        listener_.failed(one, one.may_have_run ? errc::outcome_unknown : errc::not_sent);
    });
}

void flights::refuse_all() {
    expire(time_point::max());
}

}  // namespace onsale::redis
