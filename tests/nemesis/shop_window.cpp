#include "nemesis/shop_window.hpp"

#include <boost/json/value.hpp>

#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace onsale::nemesis {

namespace json = boost::json;

namespace {

/// Longer than Nginx waits for a node, and shorter than a buyer would.
constexpr std::chrono::seconds patience{6};

std::string text_at(const json::object& body, const char* name) {
    const auto* value = body.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()}
                                                  : std::string{};
}

/// Milliseconds since 1970 of `2027-02-01T08:00:00.000Z`; 0 if it is none.
std::int64_t parse_time(const std::string& text) {
    std::tm time{};
    int fraction = 0;
    const int found =
        std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d.%dZ", &time.tm_year, &time.tm_mon,
                    &time.tm_mday, &time.tm_hour, &time.tm_min, &time.tm_sec, &fraction);
    if (found != 7) return 0;
    time.tm_year -= 1900;
    --time.tm_mon;
    return std::int64_t{timegm(&time)} * 1000 + fraction;
}

void read_reservation(const json::object& body, exchange& into) {
    into.code = text_at(body, "code");
    into.reservation = text_at(body, "reservation");
    into.told_buyer = text_at(body, "buyer");
    into.state = text_at(body, "state");
    into.pay_by_ms = parse_time(text_at(body, "pay_by"));
    if (const auto* tickets = body.if_contains("tickets")) {
        for (const auto& number : tickets->as_array())
            into.tickets.push_back(number.as_int64());
    }
}

/// `{"code":1,…,"data":{"reservation","sale","ticket","pay_by"}}`
void read_ticket(const json::object& body, exchange& into) {
    const auto& code = body.at("code");
    if (code == 1 || code == 0) {
        const auto& data = body.at("data").as_object();
        into.reservation = text_at(data, "reservation");
        into.pay_by_ms = parse_time(text_at(data, "pay_by"));
        if (const auto* number = data.if_contains("ticket"))
            into.tickets.push_back(number->as_int64());
        return;
    }
    into.code = text_at(body, "reason");
    if (into.code.empty()) into.code = code == -1 ? "sold_out" : "busy";
}

/// An answer came, and whole: then it can be read, or `code` says that it cannot.
void read_answer(const test::http_answer& answer, exchange& into) {
    into.status = answer.status;
    try {
        const auto document = answer.json();
        const auto& body = document.as_object();
        if (into.what == call::ticket) {
            read_ticket(body, into);
        } else {
            read_reservation(body, into);
        }
    } catch (const std::exception&) {
        into.code = unreadable;
    }
}

}  // namespace

exchange shop_window::ask(exchange one) {
    one.sent = std::chrono::steady_clock::now();
    one.sent_ms = now_ms();
    try {
        read_answer(send(one), one);
    } catch (const std::runtime_error&) {  // no connection, no answer, or one that is cut short
        one.status = 0;
        connections_.erase(one.route);
    }
    one.told = std::chrono::steady_clock::now();
    one.told_ms = now_ms();
    history_.push_back(one);
    return one;
}

test::http_client& shop_window::connection(int route) {
    auto& kept = connections_[route];
    if (!kept) kept = std::make_unique<test::http_client>(to_.port_of(route), patience);
    return *kept;
}

test::http_answer shop_window::send(const exchange& one) {
    auto& over = connection(one.route);
    std::vector<std::string> headers;
    if (!one.key.empty()) headers.push_back("Idempotency-Key: " + one.key);
    switch (one.what) {
        case call::reserve:
            return over.post("/v1/sales/" + to_.sale + "/reservations",
                             R"({"buyer":")" + one.buyer + R"(","quantity":)" +
                                 std::to_string(one.quantity) + "}",
                             headers);
        case call::ticket:
            return over.get("/buy/ticket?sale=" + to_.sale + "&buyer=" + one.buyer, headers);
        case call::pay:
            return over.post(test::payment_side::path(one.about),
                             test::payment_side::body(one.payment, one.amount),
                             payments_.headers(one.about, one.payment, one.amount));
        case call::cancel:
            return over.ask("DELETE", "/v1/reservations/" + one.about);
        case call::show:
            return over.get("/v1/reservations/" + one.about);
    }
    throw std::logic_error{"there is no such call"};
}

}  // namespace onsale::nemesis
