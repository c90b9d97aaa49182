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
    entries_[id] = {reservation_state::held, buyer, quantity, take_numbers(quantity)};
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

bool model_sale::settle(const std::string& id, reservation_state to) {
    auto& one = entries_.at(id);
    const bool was_paid = one.state == reservation_state::paid;
    const bool from_paid = to == reservation_state::refunded;
    if (!is_live(one.state) || was_paid != from_paid) return false;
    ++version_;
    one.state = to;
    if (to == reservation_state::paid) paid_ += one.quantity;
    if (is_live(to)) return true;
    sold_ -= one.quantity;
    if (was_paid) paid_ -= one.quantity;
    if (!one.buyer.empty()) buyers_[one.buyer].live -= one.quantity;
    free_.insert(free_.end(), one.tickets.begin(), one.tickets.end());
    one.tickets.clear();
    return true;
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
