#include "answers.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/text.hpp"

#include <boost/beast/http/status.hpp>

#include <initializer_list>

namespace onsale::http {

namespace {

constexpr std::string_view json = "application/json";
constexpr std::string_view problem_json = "application/problem+json";

void append_ending(std::string& out, ending how) {
    switch (how) {
        case ending::persist:
            return;
        case ending::keep_alive:
            out += "Connection: keep-alive\r\n";
            return;
        case ending::close:
            out += "Connection: close\r\n";
            return;
    }
}

void append_whole(std::string& out, unsigned status, std::string_view type, std::string_view body,
                  std::string_view more_headers, ending how) {
    out += "HTTP/1.1 ";
    append_number(out, status);
    out += ' ';
    const auto reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    out.append(reason.data(), reason.size());
    out += "\r\nContent-Type: ";
    out += type;
    out += "\r\nContent-Length: ";
    append_number(out, static_cast<std::int64_t>(body.size()));
    out += "\r\nCache-Control: no-store\r\n";
    out += more_headers;
    append_ending(out, how);
    out += "\r\n";
    out += body;
}

/// The thread's own body buffer: cleared at each use, so that no answer allocates.
std::string& scratch() {
    thread_local std::string text;
    text.clear();
    return text;
}

/// Printable ASCII as a JSON text.
void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    out += '"';
}

void append_reservation_id(std::string& out, std::string_view sale, std::string_view digits) {
    out += '"';
    out += sale;
    out += '.';
    out += digits;
    out += '"';
}

void append_time(std::string& out, ledger_ms at) {
    out += '"';
    append_rfc3339(out, at);
    out += '"';
}

/// `[7,12,13]` of `7,12-13`.
void append_tickets(std::string& out, std::string_view tickets) {
    out += '[';
    bool first = true;
    const bool good = for_each_range(tickets, [&](std::int64_t from, std::int64_t to) {
        for (auto number = from; number <= to; ++number) {
            if (!first) out += ',';
            first = false;
            append_number(out, number);
        }
    });
    ONSALE_ASSERT(good);
    out += ']';
}

/// Its closing brace is the caller's.
void append_reservation(std::string& out, std::string_view sale, const reservation& record,
                        bool ordered) {
    out += "{\"reservation\":";
    append_reservation_id(out, sale, record.digits);
    out += ",\"sale\":";
    append_quoted(out, sale);
    out += ",\"buyer\":";
    if (record.buyer.empty()) {
        append_reservation_id(out, sale, record.digits);  // nobody named: the id is the buyer
    } else {
        append_quoted(out, record.buyer);
    }
    out += ",\"state\":";
    append_quoted(out, name_of(record.state));
    out += ",\"quantity\":";
    append_number(out, record.quantity);
    out += ",\"tickets\":";
    append_tickets(out, record.tickets);
    out += ",\"pay_by\":";
    append_time(out, record.pay_by);
    out += ",\"ordered\":";
    out += ordered ? "true" : "false";
}

bool is_ordered(const local_sale& on, const reservation& record) {
    return on.shared().says().has_ordered(record.written);
}

// --- The buyer's API ----------------------------------------------------------------------------

struct ticket_words {
    unsigned status;
    int code;
    std::string_view message;
};

ticket_words words_for(outcome what) {
    switch (what) {
        case outcome::sold:
        case outcome::repeated:
            return {200, 1, "抢票成功"};
        case outcome::sold_out:
        case outcome::too_few:
            return {200, -1, "已售罄"};
        case outcome::key_reused:
            return {200, -2, "请求重复"};
        case outcome::ended:
            return {200, -2, "订单已结束"};
        case outcome::closed:
            return {200, -2, "已结束"};
        case outcome::paused:
            return {200, -2, "暂停售票"};
        case outcome::not_open:
            return {200, -2, "未开售"};
        case outcome::too_many_reservations:
        case outcome::limit_reached:
            return {200, -2, "已达限购数量"};
        case outcome::in_doubt:
            return {202, 0, "处理中"};
        case outcome::frozen:
        case outcome::missing:
        case outcome::busy:
            return {503, -3, "请稍后再试"};
    }
    ONSALE_ASSERT(false);
    return {};
}

void append_ticket_head(std::string& body, int code, std::string_view message) {
    body += "{\"code\":";
    append_number(body, code);
    body += ",\"msg\":\"";
    body += message;
    body += '"';
}

fixed_answer make_fixed(outcome what) {
    const auto words = words_for(what);
    std::string body;
    append_ticket_head(body, words.code, words.message);
    if (what != outcome::sold_out && what != outcome::too_few) {
        body += ",\"reason\":\"";
        body += name_of(what);
        body += '"';
    }
    body += '}';
    return {words.status, json, body, words.status == 503 ? retry_after : ""};
}

/// Those answers that say the same to everybody.
const fixed_answer& fixed_for(outcome what) {
    static const std::array answers{
        make_fixed(outcome::sold),          make_fixed(outcome::repeated),
        make_fixed(outcome::key_reused),    make_fixed(outcome::ended),
        make_fixed(outcome::frozen),        make_fixed(outcome::missing),
        make_fixed(outcome::closed),        make_fixed(outcome::paused),
        make_fixed(outcome::not_open),      make_fixed(outcome::too_many_reservations),
        make_fixed(outcome::limit_reached), make_fixed(outcome::sold_out),
        make_fixed(outcome::too_few),       make_fixed(outcome::in_doubt),
        make_fixed(outcome::busy),
    };
    return answers[static_cast<std::size_t>(what)];
}

// --- The shops' API -----------------------------------------------------------------------------

unsigned problem_status(outcome what) {
    switch (what) {
        case outcome::sold:
            return 201;
        case outcome::repeated:
            return 200;
        case outcome::key_reused:
            return 422;
        case outcome::in_doubt:
            return 202;
        case outcome::too_many_reservations:
        case outcome::limit_reached:
            return 403;
        case outcome::ended:
        case outcome::closed:
        case outcome::paused:
        case outcome::not_open:
        case outcome::sold_out:
        case outcome::too_few:
            return 409;
        case outcome::frozen:
        case outcome::missing:
        case outcome::busy:
            return 503;
    }
    ONSALE_ASSERT(false);
    return 0;
}

unsigned settlement_status(settle_result what) {
    switch (what) {
        case settle_result::done:
        case settle_result::repeated:
        case settle_result::rebought:
            return 200;
        case settle_result::refused:
        case settle_result::refund_due:
            return 409;
        case settle_result::wrong_amount:
            return 422;
        case settle_result::unknown:
            return 404;
        case settle_result::in_doubt:
            return 202;
        case settle_result::frozen:
        case settle_result::missing:
        case settle_result::busy:
            return 503;
    }
    ONSALE_ASSERT(false);
    return 0;
}

/// Of a problem: what stands in the way, by its name on the wire.
std::string_view settlement_code(const settlement_told& told) {
    if (told.what == settle_result::unknown) return "no_reservation";
    if (told.what != settle_result::refused) return name_of(told.what);
    return is_live(told.record->state) ? "paid" : "ended";
}

void append_problem_head(std::string& body, unsigned status, std::string_view code,
                         std::string_view detail) {
    body += "{\"type\":\"about:blank\",\"title\":\"";
    const auto title =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    body.append(title.data(), title.size());
    body += "\",\"status\":";
    append_number(body, status);
    body += ",\"code\":";
    append_quoted(body, code);
    body += ",\"detail\":";
    append_quoted(body, detail);
}

std::string location(std::string_view sale, std::string_view digits) {
    std::string header = "Location: /v1/reservations/";
    header += sale;
    header += '.';
    header += digits;
    header += "\r\n";
    return header;
}

}  // namespace

fixed_answer::fixed_answer(unsigned status, std::string_view type, std::string_view body,
                           std::string_view more_headers) {
    for (const auto how : {ending::persist, ending::keep_alive, ending::close}) {
        append_whole(bytes_[static_cast<std::size_t>(how)], status, type, body, more_headers, how);
    }
}

void append_ticket_answer(std::string& out, const answer& told, ending how) {
    const bool won = told.what == outcome::sold || told.what == outcome::repeated;
    if (!won && told.what != outcome::in_doubt) {
        out += fixed_for(told.what).bytes(how);
        return;
    }
    const auto words = words_for(told.what);
    auto& body = scratch();
    append_ticket_head(body, words.code, words.message);
    body += ",\"data\":{\"reservation\":";
    append_reservation_id(body, told.on->id(), view(told.id));
    body += ",\"sale\":";
    append_quoted(body, told.on->id());
    if (won) {
        body += ",\"ticket\":";
        auto tickets = told.record->tickets;
        const auto first = cut(tickets, ',');
        body += first.substr(0, first.find('-'));
        body += ",\"pay_by\":";
        append_time(body, told.record->pay_by);
    }
    body += "}}";
    append_whole(out, words.status, json, body, {}, how);
}

void append_reservation_answer(std::string& out, const answer& told, ending how) {
    const auto status = problem_status(told.what);
    auto& body = scratch();
    if (told.what == outcome::sold || told.what == outcome::repeated) {
        append_reservation(body, told.on->id(), *told.record, is_ordered(*told.on, *told.record));
        body += '}';
        append_whole(out, status, json, body, location(told.on->id(), view(told.id)), how);
        return;
    }
    append_problem_head(body, status, name_of(told.what), sentence_of(told.what));
    if (told.what == outcome::in_doubt || told.what == outcome::ended) {
        body += ",\"reservation\":";
        append_reservation_id(body, told.on->id(), view(told.id));
    }
    if (told.what == outcome::ended) {
        body += ",\"state\":";
        append_quoted(body, name_of(told.record->state));
    }
    if (told.what == outcome::too_few || told.what == outcome::sold_out) {
        body += ",\"remaining\":";
        append_number(body, told.remaining);
    }
    body += '}';
    append_whole(out, status, problem_json, body, status == 503 ? retry_after : "", how);
}

void append_sighting(std::string& out, const sighting& seen, ending how) {
    const auto& on = *seen.on;
    const auto says = on.shared().says();
    if (!seen.reached || says.state == sale_state::missing) {
        append_problem(out, 503, "busy", "The ledger cannot be asked; please try again.", how,
                       retry_after);
        return;
    }
    if (seen.record == nullptr) {
        // It may be on its way: in an open sale a 404 can become a 200.
        const bool open = says.state == sale_state::open;
        append_problem(out, 404, "no_reservation", "There is no such reservation.", how,
                       open ? retry_after : "");
        return;
    }
    auto& body = scratch();
    append_reservation(body, on.id(), *seen.record,
                       seen.record->written <= says.ordered && !seen.record->has_letter);
    body += '}';
    append_whole(out, 200, json, body, {}, how);
}

void append_settlement_answer(std::string& out, const settlement_told& told, ending how) {
    const auto sale = told.on->id();
    auto& body = scratch();
    const auto status = settlement_status(told.what);
    if (status == 200) {
        append_reservation(body, sale, *told.record, is_ordered(*told.on, *told.record));
        if (told.what == settle_result::rebought) {
            body += ",\"replaces\":";
            append_reservation_id(body, sale, view(told.id));
        }
        body += '}';
        append_whole(out, 200, json, body, {}, how);
        return;
    }
    append_problem_head(body, status, settlement_code(told), sentence_of(told.what));
    if (status == 202 || status == 409) {
        body += ",\"reservation\":";
        append_reservation_id(body, sale, view(told.id));
    }
    if (told.record != nullptr) {
        body += ",\"state\":";
        append_quoted(body, name_of(told.record->state));
    }
    if (told.what == settle_result::refund_due) {
        body += ",\"refund_due\":";
        append_number(body, told.amount);
    }
    body += '}';
    append_whole(out, status, problem_json, body, status == 503 ? retry_after : "", how);
}

void append_sale(std::string& out, std::string_view sale, const word& says, ending how) {
    auto& body = scratch();
    body += "{\"sale\":";
    append_quoted(body, sale);
    body += ",\"state\":";
    append_quoted(body, name_of(says.state));
    const auto number = [&](std::string_view name, std::int64_t value) {
        body += ",\"";
        body += name;
        body += "\":";
        append_number(body, value);
    };
    number("total", says.total);
    number("remaining", says.remaining());
    number("held", says.held());
    number("paid", says.paid);
    number("epoch", says.at.epoch);
    number("version", says.at.version);
    number("last", says.last);
    number("next", says.next);
    body += ",\"opens\":";
    append_time(body, says.opens);
    body += ",\"as_of\":";
    append_time(body, says.now);
    body += '}';
    append_whole(out, 200, json, body, {}, how);
}

void append_bad_ticket_request(std::string& out, unsigned status, std::string_view reason,
                               ending how) {
    auto& body = scratch();
    append_ticket_head(body, status == 503 ? -3 : -4, status == 503 ? "请稍后再试" : "请求有误");
    body += ",\"reason\":";
    append_quoted(body, reason);
    body += '}';
    append_whole(out, status, json, body, status == 503 ? retry_after : "", how);
}

void append_problem(std::string& out, unsigned status, std::string_view code,
                    std::string_view detail, ending how, std::string_view more_headers) {
    auto& body = scratch();
    append_problem_head(body, status, code, detail);
    body += '}';
    append_whole(out, status, problem_json, body, more_headers, how);
}

void append_page(std::string& out, unsigned status, std::string_view type, std::string_view body,
                 ending how, std::string_view more_headers) {
    append_whole(out, status, type, body, more_headers, how);
}

}  // namespace onsale::http
