#include "router.hpp"

#include "flat_json.hpp"

#include "onsale/core/text.hpp"

#include <boost/url/params_encoded_view.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>

#include <array>
#include <optional>
#include <utility>

namespace onsale::http {

namespace {

/// `sale` and `buyer` of a query, decoded. Nothing if it is malformed or says one of them twice.
struct ticket_query {
    std::string sale;
    std::string buyer;
    bool has_sale = false;
    bool has_buyer = false;
};

std::optional<ticket_query> parse_ticket_query(std::string_view text) {
    // Boost 1.81 reads on to a zero byte, wherever the view ends: what it gets must end with one.
    thread_local std::string copy;
    copy.assign(text);
    ticket_query query;
    const auto parsed = boost::urls::parse_query(copy);
    if (!parsed) return std::nullopt;
    boost::urls::encoding_opts options;
    options.space_as_plus = true;
    for (const auto& parameter : *parsed) {
        const auto name = parameter.key.decode();
        const bool is_sale = name == "sale";
        if (!is_sale && name != "buyer") continue;
        auto& seen = is_sale ? query.has_sale : query.has_buyer;
        if (std::exchange(seen, true)) return std::nullopt;
        parameter.value.decode(
            options, boost::urls::string_token::assign_to(is_sale ? query.sale : query.buyer));
    }
    return query;
}

/// `{"buyer":…,"quantity":…}`; the buyer may be missing, the quantity is then 1.
struct shop_order {
    std::string buyer;
    bool has_buyer = false;
    std::int64_t quantity = 1;
};

std::optional<shop_order> parse_shop_order(std::string_view body) {
    auto fields = parse_flat_json(body);
    if (!fields) return std::nullopt;
    shop_order order;
    for (auto& field : *fields) {
        if (field.name == "buyer" && field.text) {
            order.buyer = std::move(*field.text);
            order.has_buyer = true;
        } else if (field.name == "quantity" && field.number) {
            order.quantity = *field.number;
        } else {
            return std::nullopt;
        }
    }
    return order;
}

ending ending_for(const request& asked) {
    if (!asked.keep_alive) return ending::close;
    return asked.http_1_0 ? ending::keep_alive : ending::persist;
}

/// Nobody answers a HEAD but by a refusal, and no body follows that header (RFC 9110).
void cut_body(std::string& out, std::size_t answer_begins) {
    out.resize(out.find("\r\n\r\n", answer_begins) + 4);
}

}  // namespace

router::router(const server_settings& settings, box_office& office, operator_pages pages,
               server_counts& counts) noexcept
    : settings_{settings}, office_{office}, pages_{std::move(pages)}, counts_{counts} {}

router::noted router::take_note() noexcept {
    return std::exchange(note_, {});
}

router::result router::route(const request& asked, connection& one, std::string& out,
                             time_point now) {
    const auto before = out.size();
    const auto done = dispatch(asked, one, out, now);
    if (asked.verb == method::head) cut_body(out, before);
    return done;
}

router::result router::dispatch(const request& asked, connection& one, std::string& out,
                                time_point now) {
    constexpr std::string_view sales = "/v1/sales/";
    constexpr std::string_view reservations = "/v1/reservations/";
    constexpr std::string_view reserve_tail = "/reservations";
    if (one.ends != ending::close) one.ends = ending_for(asked);
    if (asked.path == "/buy/ticket") return buy_ticket(asked, one, out, now);
    if (asked.path.starts_with(sales)) {
        auto rest = asked.path.substr(sales.size());
        const auto sale = rest.substr(0, rest.find('/'));
        rest.remove_prefix(sale.size());
        if (is_sale_id(sale) && rest.empty()) return show_sale(asked, sale, one, out, now);
        if (is_sale_id(sale) && rest == reserve_tail) return reserve(asked, sale, one, out, now);
    }
    if (asked.path.starts_with(reservations)) {
        return reservation(asked, asked.path.substr(reservations.size()), one, out, now);
    }
    return operators(asked, one, out);
}

bool router::choose_key(const request& asked, purchase_request& wanted) const noexcept {
    if (!asked.idempotency_key.empty()) {
        wanted.key = asked.idempotency_key;
        wanted.kind = key_kind::own;
        return is_name(wanted.key);
    }
    if (settings_.trust_request_id && is_name(asked.request_id)) {
        wanted.key = asked.request_id;
        wanted.kind = key_kind::request_id;
    }
    return true;
}

router::result router::buy(local_sale& on, const purchase_request& wanted, connection& one,
                           std::string& out, time_point now) {
    const auto told = office_.buy(on, wanted, one.tag(), now);
    if (!told) return result::waiting;
    note_ = {true, told->what, told->attempt};
    if (one.called == api::ticket) {
        append_ticket_answer(out, *told, one.ends);
    } else {
        append_reservation_answer(out, *told, one.ends);
    }
    return result::answered;
}

router::result router::buy_ticket(const request& asked, connection& one, std::string& out,
                                  time_point now) {
    one.called = api::ticket;
    const bool buys = asked.verb == method::get || asked.verb == method::post;
    if (!buys) return wrong_method("GET, POST", one, out);
    purchase_request wanted;
    std::optional<ticket_query> query;
    std::string_view sale = settings_.default_sale;
    if (!asked.query.empty()) {
        query = parse_ticket_query(asked.query);
        if (!query) return bad_ticket(out, 400, "bad_query", one.ends);
        if (query->has_sale) sale = query->sale;
        wanted.buyer = query->buyer;
    }
    if (!is_sale_id(sale)) return bad_ticket(out, 400, "bad_sale", one.ends);
    const bool named = query && query->has_buyer;
    if (named ? !is_name(wanted.buyer) : settings_.require_buyer) {
        return bad_ticket(out, 400, "bad_buyer", one.ends);
    }
    if (!choose_key(asked, wanted)) return bad_ticket(out, 400, "bad_key", one.ends);
    auto* on = office_.find(sale);
    if (on != nullptr) return buy(*on, wanted, one, out, now);
    const bool certain = office_.is_none(sale, now);
    return bad_ticket(out, certain ? 404 : 503, certain ? "no_sale" : "busy", one.ends);
}

router::result router::reserve(const request& asked, std::string_view sale, connection& one,
                               std::string& out, time_point now) {
    one.called = api::shop;
    const auto how = one.ends;
    if (asked.verb != method::post) return wrong_method("POST", one, out);
    if (!asked.has_length) {
        return refuse(411, "length_required", "Send the body with a Content-Length.", one, out);
    }
    const auto order = parse_shop_order(asked.body);
    if (!order) {
        return problem(out, 400, "bad_body", "Send {'buyer': text, 'quantity': number} as JSON.",
                       how);
    }
    if (order->has_buyer ? !is_name(order->buyer) : settings_.require_buyer) {
        return problem(out, 400, "bad_buyer", "A buyer is 1 to 128 printable ASCII characters.",
                       how);
    }
    if (order->quantity < 1 || order->quantity > limits::quantity) {
        return problem(out, 400, "bad_quantity", "A reservation is for 1 to 100 tickets.", how);
    }
    purchase_request wanted{.buyer = order->buyer,
                            .key = {},
                            .kind = key_kind::none,
                            .quantity = static_cast<std::uint32_t>(order->quantity)};
    if (!choose_key(asked, wanted)) {
        return problem(out, 400, "bad_key", "A key is 1 to 128 printable ASCII characters.", how);
    }
    auto* on = office_.find(sale);
    if (on != nullptr) return buy(*on, wanted, one, out, now);
    if (office_.is_none(sale, now))
        return problem(out, 404, "no_sale", "There is no such sale.", how);
    return problem(out, 503, "busy", sentence_of(outcome::busy), how, retry_after);
}

router::result router::show_sale(const request& asked, std::string_view sale, connection& one,
                                 std::string& out, time_point now) {
    if (asked.verb != method::get) return wrong_method("GET", one, out);
    const auto* on = office_.find(sale);
    if (on != nullptr) {
        append_sale(out, sale, on->shared().says(), one.ends);
        return result::answered;
    }
    if (office_.is_none(sale, now))
        return problem(out, 404, "no_sale", "There is no such sale.", one.ends);
    return problem(out, 503, "busy", "The ledger cannot be asked; please try again.", one.ends,
                   retry_after);
}

router::result router::operators(const request& asked, connection& one, std::string& out) {
    const bool known =
        asked.path == "/healthz" || asked.path == "/readyz" || asked.path == "/metrics";
    if (!known) return refuse(404, "no_path", "There is nothing at this path.", one, out);
    if (asked.verb != method::get) return wrong_method("GET", one, out);
    if (asked.path == "/healthz") {
        append_page(out, 200, "text/plain", "ok\n", one.ends);
    } else if (asked.path == "/metrics") {
        append_page(out, 200, "text/plain; version=0.0.4", pages_.metrics(), one.ends);
    } else {
        const auto reasons = pages_.not_ready();
        std::string body = reasons.empty() ? "ready\n" : "not ready\n";
        for (const auto& reason : reasons) {
            body += "- " + reason + "\n";
        }
        append_page(out, reasons.empty() ? 200 : 503, "text/plain", body, one.ends);
    }
    return result::answered;
}

router::result router::bad_ticket(std::string& out, unsigned status, std::string_view reason,
                                  ending how) {
    counts_.refused.fetch_add(1, std::memory_order_relaxed);  // a count, orders nothing
    append_bad_ticket_request(out, status, reason, how);
    return result::answered;
}

router::result router::problem(std::string& out, unsigned status, std::string_view code,
                               std::string_view detail, ending how, std::string_view more_headers) {
    counts_.refused.fetch_add(1, std::memory_order_relaxed);  // a count, orders nothing
    append_problem(out, status, code, detail, how, more_headers);
    return result::answered;
}

router::result router::refuse(unsigned status, std::string_view code, std::string_view detail,
                              connection& one, std::string& out, std::string_view more_headers) {
    one.ends = ending::close;
    one.unread = true;
    return problem(out, status, code, detail, one.ends, more_headers);
}

router::result router::wrong_method(std::string_view allowed, connection& one, std::string& out) {
    std::string header = "Allow: ";
    header += allowed;
    header += "\r\n";
    return refuse(405, "wrong_method", "This path does not answer that method.", one, out, header);
}

void append_refusal(std::string& out, unsigned status, method verb) {
    constexpr std::array<std::pair<unsigned, std::string_view>, 6> sentences{{
        {400, "The request cannot be understood."},
        {411, "Send the body with a Content-Length."},
        {413, "A body may have 1024 bytes."},
        {431, "The header may have 8192 bytes."},
        {501, "Transfer-Encoding is not accepted; send a Content-Length."},
        {505, "HTTP/1.0 and HTTP/1.1 are spoken here."},
    }};
    std::string_view sentence = sentences[0].second;
    for (const auto& [known, words] : sentences) {
        if (known == status) sentence = words;
    }
    const auto before = out.size();
    append_problem(out, status, "bad_request", sentence, ending::close);
    if (verb == method::head) cut_body(out, before);
}

}  // namespace onsale::http
