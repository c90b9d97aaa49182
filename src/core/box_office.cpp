#include "onsale/core/box_office.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/sabotage.hpp"
#include "onsale/core/verdict.hpp"

#include <algorithm>

namespace onsale {

using sabotage::mutant;

namespace {

id_digits make_id(const sale& on, const purchase_request& request) {
    if (request.kind == key_kind::none) return random_id();
    return derive_id(on.salt(), on.id(), request.buyer, request.key);
}

}  // namespace

void box_office::refresh() {
    if (sales_.size() == book_.size()) return;
    for (auto* one : book_.from(sales_.size())) {
        sales_.emplace(one->id(), std::make_unique<local_sale>(*one));
    }
}

local_sale* box_office::find(std::string_view sale) {
    auto found = sales_.find(sale);
    if (found == sales_.end()) {
        refresh();  // the book may have learned of it since the last tick, and then it says so
        found = sales_.find(sale);
    }
    return found == sales_.end() ? nullptr : found->second.get();
}

bool box_office::is_certainly_nobodys(const id_digits& id, time_point now) {
    const auto known = std::find_if(strangers_.begin(), strangers_.end(),
                                    [&](const stranger& one) { return one.id == id; });
    if (known != strangers_.end()) return book_.heard_since(known->heard);
    auto& oldest = strangers_[next_stranger_];
    next_stranger_ = (next_stranger_ + 1) % strangers_.size();
    oldest = {id, now};
    return false;
}

std::optional<answer> box_office::buy(local_sale& on, const purchase_request& request,
                                      std::uint64_t tag, time_point now) {
    ONSALE_ASSERT(request.quantity > 0 && request.quantity <= limits::quantity);
    auto& shared = on.shared();
    const bool own_key = request.kind == key_kind::own;
    answer told{.on = &on, .attempt = settings_.count_attempts ? shared.count_attempt() : 0};
    const auto decided = decide(shared, request.quantity, own_key, now);
    told.remaining = decided.remaining;
    told.what = decided.why;
    if (decided.next == step::refuse) return told;

    auto* one = pool_.take();
    if (one == nullptr) {
        if (decided.next == step::reserve) shared.stock().put(request.quantity);
        told.what = outcome::busy;
        return told;
    }
    one->on = &on;
    one->tag = tag;
    one->attempt = told.attempt;
    one->deadline = now + limits::purchase_deadline;
    one->id = make_id(shared, request);
    one->buyer.assign(request.buyer.data(), request.buyer.size());
    one->quantity = request.quantity;
    one->asks = decided.next == step::reserve ? errand::reserve : errand::look_up;
    ledger_->submit(*one);
    return std::nullopt;
}

/// An errand about a reservation that is there already.
purchase* box_office::take_for(local_sale& on, const id_digits& id, errand asks, std::uint64_t tag,
                               time_point now) {
    auto* one = pool_.take();
    if (one == nullptr) return nullptr;
    one->on = &on;
    one->tag = tag;
    one->deadline = now + limits::purchase_deadline;
    one->id = id;
    one->buyer.clear();
    one->quantity = 1;
    one->asks = asks;
    return one;
}

bool box_office::settle(local_sale& on, const id_digits& id, const settle_request& asked,
                        std::uint64_t tag, time_point now) {
    auto* one = take_for(on, id, errand::settle, tag, now);
    if (one == nullptr) return false;
    one->settles.what = asked.what;
    one->settles.payment.assign(asked.payment.data(), asked.payment.size());
    one->settles.amount = asked.amount;
    if (asked.what == settle_kind::pay) {
        one->settles.successor = derive_successor(on.shared().salt(), on.id(), id, asked.payment);
    }
    ledger_->submit(*one);
    return true;
}

bool box_office::show(local_sale& on, const id_digits& id, std::uint64_t tag, time_point now) {
    auto* one = take_for(on, id, errand::show, tag, now);
    if (one == nullptr) return false;
    ledger_->submit(*one);
    return true;
}

box_office::decision box_office::decide(sale& on, std::int64_t quantity, bool may_look_up,
                                        time_point now) {
    const auto w = on.says();
    const auto judged = judge(w, quantity, now);
    const bool selling = is_selling(w, now);
    if (sabotage::is(mutant::look_up_skipped)) may_look_up = false;
    const bool passes = !sabotage::is(mutant::check_then_decrement) || w.remaining() >= quantity;
    if (selling && passes && on.stock().try_take(quantity))
        return {step::reserve, {}, w.remaining()};
    if (selling && !settings_.top_up) {
        const auto next = may_look_up ? step::look_up : step::refuse;
        return {next, outcome::sold_out, w.remaining()};
    }
    switch (judged.what) {
        case verdict::enough:
            return take_or_grant(on, quantity, w);
        case verdict::stale:
            return {step::look_up, {}, w.remaining()};
        case verdict::refuse:
            break;
    }
    if (selling && may_look_up) return {step::look_up, {}, w.remaining()};
    return {step::refuse, judged.why, w.remaining()};
}

box_office::decision box_office::take_or_grant(sale& on, std::int64_t quantity, const word& w) {
    ONSALE_ASSERT(w.remaining() >= quantity);
    const auto grant = std::max(quantity, book_.mine().of_remaining(w.remaining()));
    if (grant > quantity) on.stock().put(grant - quantity);
    return {step::reserve, {}, w.remaining()};
}

void box_office::reserved(purchase& one, outcome what, const reservation* record) {
    ONSALE_ASSERT((record != nullptr) == (what == outcome::sold || what == outcome::repeated));
    // Such a ledger does not look at ids: what was sent before may have taken the tickets.
    const bool blind = what == outcome::frozen || what == outcome::missing;
    if (what == outcome::repeated) {
        tell_known(one, *record);
    } else {
        tell(one, blind && one.may_have_run ? outcome::in_doubt : what, record);
    }
}

void box_office::looked_up(purchase& one, const reservation* record) {
    one.may_have_run = false;  // a look-up takes nothing, however often it was sent
    if (one.asks == errand::show) {
        audience_->shown(one.tag, {.on = one.on, .reached = true, .record = record});
        pool_.give_back(one);
        return;
    }
    if (record != nullptr) {
        tell_known(one, *record);
        return;
    }
    const auto now = monotonic::now();
    if (now >= one.deadline) return tell(one, outcome::busy, nullptr);  // no time for another call
    const auto decided = decide(one.on->shared(), one.quantity, false, now);
    switch (decided.next) {
        case step::reserve:
            one.asks = errand::reserve;
            ledger_->submit(one);
            return;
        case step::look_up:
            tell(one, outcome::busy, nullptr);
            return;  // no word in time
        case step::refuse:
            tell(one, decided.why, nullptr);
            return;
    }
}

void box_office::settled(purchase& one, settle_result what, const reservation* record) {
    // Such a ledger does not look at ids: what was sent before may have been done.
    const bool blind = what == settle_result::frozen || what == settle_result::missing;
    tell_settled(one, blind && one.may_have_run ? settle_result::in_doubt : what, record);
}

void box_office::failed(purchase& one, errc why) {
    if (one.asks == errand::settle) {
        const bool unknown = why == errc::outcome_unknown;
        tell_settled(one, unknown ? settle_result::in_doubt : settle_result::busy, nullptr);
        return;
    }
    if (one.asks == errand::show) {
        audience_->shown(one.tag, {.on = one.on});
        pool_.give_back(one);
        return;
    }
    const bool doubt = why == errc::outcome_unknown && one.asks == errand::reserve &&
                       !sabotage::is(mutant::doubt_is_busy);
    if (sabotage::is(mutant::timeout_is_sold_out)) return tell(one, outcome::sold_out, nullptr);
    tell(one, doubt ? outcome::in_doubt : outcome::busy, nullptr);
}

void box_office::tell_known(purchase& one, const reservation& record) {
    auto what = outcome::repeated;
    if (record.quantity != one.quantity) {
        what = outcome::key_reused;
    } else if (!is_live(record.state)) {
        what = outcome::ended;
    } else if (one.may_have_run) {
        what = outcome::sold;  // by this very purchase, whose first reply was lost
    }
    tell(one, what, what == outcome::key_reused ? nullptr : &record);
}

void box_office::tell_settled(purchase& one, settle_result what, const reservation* record) {
    audience_->settled(one.tag, {.on = one.on,
                                 .asked = one.settles.what,
                                 .what = what,
                                 .id = one.id,
                                 .amount = one.settles.amount,
                                 .record = record});
    pool_.give_back(one);
}

void box_office::tell(purchase& one, outcome what, const reservation* record) {
    auto& shared = one.on->shared();
    const auto remaining = shared.says().remaining();
    const bool had_token = one.asks == errand::reserve;
    const bool nothing_left = remaining == 0 && what != outcome::busy;
    if (had_token && !keeps_token(what) && !nothing_left) shared.stock().put(one.quantity);
    audience_->answered(one.tag, {.what = what,
                                  .on = one.on,
                                  .attempt = one.attempt,
                                  .remaining = remaining,
                                  .id = one.id,
                                  .record = record});
    pool_.give_back(one);
}

}  // namespace onsale
