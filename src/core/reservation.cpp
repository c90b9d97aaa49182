#include "onsale/core/reservation.hpp"

#include "onsale/core/assert.hpp"

#include <array>
#include <utility>

namespace onsale {

namespace {

constexpr std::array<std::pair<reservation_state, std::string_view>, 5> state_names{{
    {reservation_state::held, "held"},
    {reservation_state::paid, "paid"},
    {reservation_state::cancelled, "cancelled"},
    {reservation_state::expired, "expired"},
    {reservation_state::refunded, "refunded"},
}};

constexpr std::string_view record_format = "1";

}  // namespace

std::string_view name_of(reservation_state state) noexcept {
    for (const auto& [value, name] : state_names) {
        if (value == state) return name;
    }
    ONSALE_ASSERT(false);
    return {};
}

std::optional<reservation_state> parse_reservation_state(std::string_view name) noexcept {
    for (const auto& [value, known] : state_names) {
        if (known == name) return value;
    }
    return std::nullopt;
}

std::optional<reservation> parse_record(std::string_view digits, std::string_view record) noexcept {
    if (cut(record, '|') != record_format) return std::nullopt;
    const auto state = parse_reservation_state(cut(record, '|'));
    const auto quantity = parse_integer(cut(record, '|'));
    const auto tickets = cut(record, '|');
    const auto pay_by = parse_integer(cut(record, '|'));
    const auto reserved = parse_integer(cut(record, '|'));
    const auto settled = parse_integer(cut(record, '|'));
    const auto epoch = parse_integer(cut(record, '|'));
    const auto version = parse_integer(cut(record, '|'));
    const auto payment = cut(record, '|');
    const auto refund_due = parse_integer(cut(record, '|'));
    if (!state || !quantity || !pay_by || !reserved || !settled || !epoch || !version ||
        !refund_due) {
        return std::nullopt;
    }
    return reservation{.digits = digits,
                       .state = *state,
                       .quantity = *quantity,
                       .tickets = tickets,
                       .pay_by = *pay_by,
                       .reserved = *reserved,
                       .settled = *settled,
                       .written = {*epoch, *version},
                       .payment = payment,
                       .refund_due = *refund_due,
                       .buyer = record};
}

void append_record(std::string& to, const reservation& one) {
    const auto add = [&](std::string_view text) { to.append(text) += '|'; };
    const auto add_count = [&](std::int64_t count) {
        append_number(to, count);
        to += '|';
    };
    add(record_format);
    add(name_of(one.state));
    add_count(one.quantity);
    add(one.tickets);
    add_count(one.pay_by);
    add_count(one.reserved);
    add_count(one.settled);
    add_count(one.written.epoch);
    add_count(one.written.version);
    add(one.payment);
    add_count(one.refund_due);
    to += one.buyer;
}

}  // namespace onsale
