#include "plan.hpp"

#include "onsale/core/signature.hpp"
#include "onsale/core/text.hpp"

namespace onsale::app {

namespace {

/// The Host field, and the end of a connection that is for one request.
void append_host(std::string& text, const rehearsal_plan& plan, const target& to) {
    text.append("Host: ").append(to.host);
    if (plan.one_shot) text += "\r\nConnection: close";
}

void write_ticket_request(std::string& text, const rehearsal_plan& plan, std::int64_t number) {
    text += "GET /buy/ticket?sale=";
    text += plan.sale;
    text += "&buyer=";
    append_buyer(text, plan.run, number);
    text += " HTTP/1.1\r\n";
}

void end_with_body(std::string& text, std::string_view body) {
    text += "\r\nContent-Type: application/json\r\nContent-Length: ";
    append_number(text, static_cast<std::int64_t>(body.size()));
    text += "\r\n\r\n";
    text += body;
}

/// The body of a /v1 purchase comes last; its length is known before.
void write_body(std::string& text, const rehearsal_plan& plan, std::int64_t number) {
    text += R"({"buyer":")";
    append_buyer(text, plan.run, number);
    text += R"(","quantity":1})";
}

}  // namespace

void append_buyer(std::string& text, std::string_view run, std::int64_t number) {
    text += run;
    text += '-';
    append_number(text, number);
}

std::int64_t buyer_number(std::string_view run, std::string_view name) {
    if (!name.starts_with(run)) return -1;
    name.remove_prefix(run.size());
    if (!name.starts_with('-')) return -1;
    const auto number = parse_integer(name.substr(1));
    return number && *number >= 0 ? *number : -1;
}

void write_request(std::string& text, const rehearsal_plan& plan, const target& to,
                   std::int64_t number) {
    text.clear();
    if (plan.call == buying_call::ticket) {
        write_ticket_request(text, plan, number);
    } else {
        text += "POST /v1/sales/" + plan.sale + "/reservations HTTP/1.1\r\n";
    }
    append_host(text, plan, to);
    text += "\r\nIdempotency-Key: ";
    append_buyer(text, plan.run, number);
    if (plan.call == buying_call::v1) {
        std::string body;
        write_body(body, plan, number);
        end_with_body(text, body);
    } else {
        text += "\r\n\r\n";
    }
}

void write_payment(std::string& text, const rehearsal_plan& plan, const target& to,
                   std::int64_t number, std::string_view reservation, std::int64_t now) {
    std::string id;
    append_buyer(id, plan.run, number);
    const auto timestamp = std::to_string(now);
    const payment_notice notice{reservation, id, plan.price, timestamp};
    text = "POST /v1/reservations/";
    text.append(reservation).append("/payment HTTP/1.1\r\n");
    append_host(text, plan, to);
    text.append("\r\nX-Onsale-Timestamp: ").append(timestamp);
    text.append("\r\nX-Onsale-Signature: ").append(sign(plan.secret, notice));
    std::string body = R"({"payment_id":")" + id + R"(","amount":)";
    append_number(body, plan.price);
    end_with_body(text, body + '}');
}

void write_cancellation(std::string& text, const rehearsal_plan& plan, const target& to,
                        std::string_view reservation) {
    text = "DELETE /v1/reservations/";
    text.append(reservation).append(" HTTP/1.1\r\n");
    append_host(text, plan, to);
    text += "\r\n\r\n";
}

}  // namespace onsale::app
