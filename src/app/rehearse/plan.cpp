#include "plan.hpp"

#include "onsale/core/text.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace onsale::app {

namespace {

void write_ticket_request(std::string& text, const rehearsal_plan& plan, std::int64_t number) {
    text += "GET /buy/ticket?sale=";
    text += plan.sale;
    text += "&buyer=";
    append_buyer(text, plan.run, number);
    text += " HTTP/1.1\r\n";
}

/// The body of a /v1 purchase comes last; its length is known before.
void write_body(std::string& text, const rehearsal_plan& plan, std::int64_t number) {
    text += R"({"buyer":")";
    append_buyer(text, plan.run, number);
    text += R"(","quantity":1})";
}

}  // namespace

or_complaint<target> parse_target(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http" || parsed->host().empty() ||
        (!parsed->path().empty() && parsed->path() != "/") || parsed->has_query()) {
        return complaint{"'" + url + "' is no address; write http://host:port"};
    }
    const std::string port = parsed->has_port() ? std::string{parsed->port()} : "80";
    boost::asio::io_context io;
    boost::asio::ip::tcp::resolver resolver{io};
    boost::system::error_code error;
    const auto found = resolver.resolve(parsed->host_address(), port, error);
    if (error || found.empty()) {
        return complaint{"there is no host '" + std::string{parsed->host()} + "'"};
    }
    return target{std::string{parsed->encoded_host_and_port()}, found.begin()->endpoint()};
}

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
    text += "Host: ";
    text += to.host;
    text += "\r\nIdempotency-Key: ";
    append_buyer(text, plan.run, number);
    if (plan.call == buying_call::v1) {
        std::string body;
        write_body(body, plan, number);
        text += "\r\nContent-Type: application/json\r\nContent-Length: ";
        append_number(text, static_cast<std::int64_t>(body.size()));
        text += "\r\n\r\n";
        text += body;
    } else {
        text += "\r\n\r\n";
    }
}

}  // namespace onsale::app
