#include "support/model_sale.hpp"

#include <utility>

namespace onsale::test {

model_sale::model_sale(terms chosen) : terms_{chosen}, total_{chosen.total}, last_{chosen.total} {}

outcome model_sale::refusal(const std::string& buyer, std::int64_t quantity) const {
    if (state_ == sale_state::closed) return outcome::closed;
    if (state_ == sale_state::paused) return outcome::paused;
    if (const auto found = buyers_.find(buyer); found != buyers_.end()) {
        const auto& [live, ever] = found->second;
        if (ever >= terms_.cap) return outcome::too_many_reservations;
        if (terms_.limit > 0 && live + quantity > terms_.limit) return outcome::limit_reached;
    } else if (!buyer.empty() && terms_.limit > 0 && quantity > terms_.limit) {
        return outcome::limit_reached;
    }
    if (remaining() == 0) return outcome::sold_out;
    return remaining() < quantity ? outcome::too_few : outcome::sold;
}

outcome model_sale::reserve(const std::string& id, const std::string& buyer,
                            std::int64_t quantity) {
    if (state_ == sale_state::frozen) return outcome::frozen;
    if (state_ == sale_state::missing) return outcome::missing;
    if (const auto* known = find(id); known != nullptr) {
        return known->quantity == quantity ? outcome::repeated : outcome::key_reused;
    }
    const auto answer = refusal(buyer, quantity);
    if (answer != outcome::sold) return answer;
    ++version_;
    sold_ += quantity;
    if (!buyer.empty()) {
        buyers_[buyer].live += quantity;
        ++buyers_[buyer].ever;
    }
    entries_[id] = {.buyer = buyer, .quantity = quantity, .tickets = take_numbers(quantity)};
    return outcome::sold;
}

std::vector<std::int64_t> model_sale::take_numbers(std::int64_t quantity) {
    std::vector<std::int64_t> numbers;
    for (; quantity > 0 && !free_.empty(); --quantity) {
        numbers.push_back(free_.front());
        free_.pop_front();
    }
    for (; quantity > 0; --quantity) {
        numbers.push_back(next_++);
    }
    return numbers;
}

std::int64_t model_sale::entry::refund_due() const {
    std::int64_t sum = 0;
    for (const auto& [of, each] : owed) {
        if (!each.is_done) sum += each.amount;
    }
    return sum;
}

/// The tickets come back.
void model_sale::end(entry& one, reservation_state to) {
    sold_ -= one.quantity;
    if (one.state == reservation_state::paid) paid_ -= one.quantity;
    if (!one.buyer.empty()) buyers_[one.buyer].live -= one.quantity;
    free_.insert(free_.end(), one.tickets.begin(), one.tickets.end());
    one.tickets.clear();
    one.state = to;
}

bool model_sale::rebuy(const entry& old, const std::string& payment, const std::string& new_id) {
    if (!terms_.rebuy || state_ != sale_state::open) return false;
    if (refusal(old.buyer, old.quantity) != outcome::sold) return false;
    sold_ += old.quantity;
    paid_ += old.quantity;
    if (!old.buyer.empty()) {
        buyers_[old.buyer].live += old.quantity;
        ++buyers_[old.buyer].ever;
    }
    entries_[new_id] = {.state = reservation_state::paid,
                        .buyer = old.buyer,
                        .quantity = old.quantity,
                        .tickets = take_numbers(old.quantity),
                        .payment = payment};
    return true;
}

settle_result model_sale::pay(const std::string& id, const std::string& payment,
                              std::int64_t amount, const std::string& new_id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return settle_result::unknown;
    auto& one = found->second;
    if (amount != terms_.price * one.quantity) return settle_result::wrong_amount;
    if (one.state == reservation_state::held && !one.is_due) {
        one.state = reservation_state::paid;
        one.payment = payment;
        paid_ += one.quantity;
        ++version_;
        return settle_result::done;
    }
    if (one.payment == payment) {
        if (one.state == reservation_state::paid) return settle_result::repeated;
        return one.state == reservation_state::expired ? settle_result::rebought
                                                       : settle_result::refused;
    }
    if (one.owed.contains(payment)) return settle_result::refund_due;
    ++version_;
    if (one.state == reservation_state::held) end(one, reservation_state::expired);
    const bool may_rebuy = one.state == reservation_state::expired && one.payment.empty();
    if (may_rebuy && rebuy(one, payment, new_id)) {
        one.payment = payment;
        return settle_result::rebought;
    }
    one.owed[payment] = {amount};
    return settle_result::refund_due;
}

settle_result model_sale::cancel(const std::string& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return settle_result::unknown;
    auto& one = found->second;
    if (one.state == reservation_state::cancelled) return settle_result::repeated;
    if (one.state != reservation_state::held) return settle_result::refused;
    ++version_;
    end(one, reservation_state::cancelled);
    return settle_result::done;
}

settle_result model_sale::refund_paid(const std::string& id) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return settle_result::unknown;
    auto& one = found->second;
    if (one.state == reservation_state::refunded) return settle_result::repeated;
    if (one.state != reservation_state::paid) return settle_result::refused;
    ++version_;
    end(one, reservation_state::refunded);
    one.owed[one.payment] = {terms_.price * one.quantity};
    return settle_result::done;
}

settle_result model_sale::refund_done(const std::string& id, const std::string& payment) {
    const auto found = entries_.find(id);
    if (found == entries_.end()) return settle_result::unknown;
    auto what = settle_result::refused;
    for (auto& [of, each] : found->second.owed) {
        if (!payment.empty() && payment != of) continue;
        if (!each.is_done) {
            what = settle_result::done;
        } else if (what == settle_result::refused) {
            what = settle_result::repeated;
        }
        each.is_done = true;
    }
    if (what == settle_result::done) ++version_;
    return what;
}

void model_sale::make_due(const std::string& id) {
    entries_.at(id).is_due = true;
}

std::int64_t model_sale::sweep() {
    std::int64_t swept = 0;
    for (auto& [id, one] : entries_) {
        if (one.state != reservation_state::held || !one.is_due) continue;
        end(one, reservation_state::expired);
        ++swept;
    }
    if (swept > 0) ++version_;
    return swept;
}

bool model_sale::settle(const std::string& id, reservation_state to) {
    const auto& one = entries_.at(id);
    const bool was_paid = one.state == reservation_state::paid;
    if (!is_live(one.state) || was_paid != (to == reservation_state::refunded)) return false;
    switch (to) {
        case reservation_state::paid:
            return pay(id, "pay-of-" + id, terms_.price * one.quantity, "") == settle_result::done;
        case reservation_state::refunded:
            return refund_paid(id) == settle_result::done;
        case reservation_state::cancelled:
            return cancel(id) == settle_result::done;
        default:
            make_due(id);
            return sweep() == 1;
    }
}

bool model_sale::restock(std::int64_t tickets) {
    if (state_ == sale_state::closed) return false;
    ++version_;
    total_ += tickets;
    last_ += tickets;
    return true;
}

bool model_sale::withdraw(std::int64_t tickets) {
    if (tickets > remaining()) return false;
    ++version_;
    total_ -= tickets;
    for (; tickets > 0 && next_ <= last_; --tickets) {
        ++next_;
    }
    for (; tickets > 0; --tickets) {
        free_.pop_front();
    }
    return true;
}

void model_sale::set_state(sale_state next) {
    if (state_ != next) ++version_;
    state_ = next;
}

const model_sale::entry* model_sale::find(const std::string& id) const {
    const auto found = entries_.find(id);
    return found == entries_.end() ? nullptr : &found->second;
}

word model_sale::says(time_point sent) const {
    word w;
    w.at = {1, version_};
    w.state = state_;
    w.total = total_;
    w.sold = sold_;
    w.paid = paid_;
    w.sent = sent;
    return w;
}

}  // namespace onsale::test
