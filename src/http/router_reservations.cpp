#include "flat_json.hpp"
#include "router.hpp"

#include "onsale/core/signature.hpp"

#include <chrono>
#include <optional>
#include <utility>

// What is done with a reservation: shown, paid, cancelled.

namespace onsale::http {

namespace {

/// `{"payment_id":…,"amount":…}`, both of them.
struct payment_order {
    std::string payment;
    std::int64_t amount = -1;
};

std::optional<payment_order> parse_payment_order(std::string_view body) {
    auto fields = parse_flat_json(body);
    if (!fields) return std::nullopt;
    payment_order order;
    for (auto& field : *fields) {
        if (field.name == "payment_id" && field.text) {
            order.payment = std::move(*field.text);
        } else if (field.name == "amount" && field.number) {
            order.amount = *field.number;
        } else {
            return std::nullopt;
        }
    }
    if (order.amount < 0) return std::nullopt;
    return order;
}

}  // namespace

router::result router::reservation(const request& asked, std::string_view rest, connection& one,
                                   std::string& out, time_point now) {
    constexpr std::string_view payment_tail = "/payment";
    if (rest.ends_with(payment_tail)) {
        rest.remove_suffix(payment_tail.size());
        if (asked.verb != method::post) return wrong_method("POST", one, out);
        return pay(asked, rest, one, out, now);
    }
    switch (asked.verb) {
        case method::get:
            return show_reservation(rest, one, out, now);
        case method::erase:
            return settle(rest, {}, one, out, now);
        default:
            return wrong_method("GET, DELETE", one, out);
    }
}

router::result router::pay(const request& asked, std::string_view id, connection& one,
                           std::string& out, time_point now) {
    const auto how = one.ends;
    if (settings_.payment_secret.empty()) {
        return problem(out, 503, "payments_off",
                       "This node takes no payments: it has no payment secret.", how, retry_after);
    }
    if (!asked.has_length) {
        return refuse(411, "length_required", "Send the body with a Content-Length.", one, out);
    }
    const auto order = parse_payment_order(asked.body);
    if (!order) {
        return problem(out, 400, "bad_body", "Send {'payment_id': text, 'amount': number} as JSON.",
                       how);
    }
    if (!is_payment_id(order->payment)) {
        return problem(out, 400, "bad_payment",
                       "A payment id is 1 to 64 of letters, digits, '.', '_', ':' and '-'.", how);
    }
    const payment_notice notice{id, order->payment, order->amount, asked.timestamp};
    if (!is_signed(settings_.payment_secret, notice, asked.signature,
                   std::chrono::system_clock::now())) {
        return problem(out, 401, "bad_signature",
                       "X-Onsale-Signature is not this payment's, or X-Onsale-Timestamp is more "
                       "than five minutes off.",
                       how, "WWW-Authenticate: Onsale-Signature\r\n");
    }
    return settle(id, {settle_kind::pay, order->payment, order->amount}, one, out, now);
}

template <class Submit>
router::result router::at_ledger(std::string_view id, connection& one, std::string& out,
                                 time_point now, Submit submit) {
    const auto name = parse_reservation_id(id);
    auto* on = name ? office_.find(name->sale) : nullptr;
    if (!name || (on == nullptr && office_.is_certainly_nobodys(name->digits, now) &&
                  office_.is_none(name->sale, now))) {
        return problem(out, 404, "no_reservation", "There is no such reservation.", one.ends);
    }
    if (on != nullptr && submit(*on, name->digits)) return result::waiting;
    return problem(out, 503, "busy", "The ledger cannot be asked; please try again.", one.ends,
                   retry_after);
}

router::result router::show_reservation(std::string_view id, connection& one, std::string& out,
                                        time_point now) {
    return at_ledger(id, one, out, now, [&](local_sale& on, const id_digits& digits) {
        return office_.show(on, digits, one.tag(), now);
    });
}

router::result router::settle(std::string_view id, const box_office::settle_request& wanted,
                              connection& one, std::string& out, time_point now) {
    return at_ledger(id, one, out, now, [&](local_sale& on, const id_digits& digits) {
        return office_.settle(on, digits, wanted, one.tag(), now);
    });
}

}  // namespace onsale::http
