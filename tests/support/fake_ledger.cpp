#include "support/fake_ledger.hpp"

#include "onsale/core/box_office.hpp"

#include <string>
#include <utility>

namespace onsale::test {

namespace {

std::string id_of(const purchase& one) {
    return std::string{view(one.id)};
}

std::string list_of(const std::vector<std::int64_t>& numbers) {
    std::string list;
    for (const auto number : numbers) {
        list += (list.empty() ? "" : ",") + std::to_string(number);
    }
    return list;
}

}  // namespace

void fake_ledger::answer(time_point sent) {
    std::vector<std::pair<purchase*, outcome>> answers;
    for (auto* one : std::exchange(waiting_, {})) {
        answers.emplace_back(one, run(*one));
    }
    for (const auto& [one, what] : answers) {
        one->on->shared().hear(sale_.says(sent));
    }
    for (const auto& [one, what] : answers) {
        tell(*one, what);
    }
}

void fake_ledger::lose_reply() {
    for (auto* one : waiting_) {
        one->asks == errand::settle ? void(settle(*one)) : void(run(*one));
        one->may_have_run = true;
    }
}

void fake_ledger::answer_first(outcome what, const word& w) {
    auto* one = waiting_.at(0);
    waiting_.erase(waiting_.begin());
    one->on->shared().hear(w);
    reservation record;
    record.quantity = one->quantity;
    const bool has_record = what == outcome::sold || what == outcome::repeated;
    listener_.reserved(*one, what, has_record ? &record : nullptr);
}

void fake_ledger::fail(errc why) {
    for (auto* one : std::exchange(waiting_, {})) {
        listener_.failed(*one, why);
    }
}

/// What a look-up finds is seen when it is told.
outcome fake_ledger::run(const purchase& one) {
    if (one.asks != errand::reserve) return outcome::repeated;
    const std::string buyer{one.buyer.data(), one.buyer.size()};
    return sale_.reserve(id_of(one), buyer, one.quantity);
}

settle_result fake_ledger::settle(const purchase& one) {
    const std::string payment{one.settles.payment.data(), one.settles.payment.size()};
    const std::string successor{view(one.settles.successor)};
    if (one.settles.what == settle_kind::cancel) return sale_.cancel(id_of(one));
    return sale_.pay(id_of(one), payment, one.settles.amount, successor);
}

/// It is done when it is told.
void fake_ledger::tell_settled(purchase& one) {
    const auto what = settle(one);
    const bool is_new = what == settle_result::rebought;
    const auto digits = is_new ? std::string{view(one.settles.successor)} : id_of(one);
    const auto* entry = sale_.find(digits);
    if (entry == nullptr) return listener_.settled(one, what, nullptr);
    reservation record;
    record.digits = digits;
    record.state = entry->state;
    record.quantity = entry->quantity;
    listener_.settled(one, what, &record);
}

void fake_ledger::tell(purchase& one, outcome what) {
    const auto id = id_of(one);
    const auto* entry = sale_.find(id);
    if (one.asks == errand::settle) return tell_settled(one);
    reservation record;
    std::string tickets;
    if (entry != nullptr) {
        tickets = list_of(entry->tickets);
        record.digits = id;
        record.state = entry->state;
        record.quantity = entry->quantity;
        record.tickets = tickets;
        record.buyer = entry->buyer;
    }
    const bool has_record =
        entry != nullptr && (what == outcome::sold || what == outcome::repeated);
    const auto* told = has_record ? &record : nullptr;
    if (one.asks == errand::reserve) {
        listener_.reserved(one, what, told);
    } else {
        listener_.looked_up(one, told);
    }
}

}  // namespace onsale::test
