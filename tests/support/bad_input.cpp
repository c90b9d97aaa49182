#include "support/bad_input.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace onsale::test {

namespace {

std::string request_of(std::string_view line, std::string_view headers, std::string_view rest) {
    std::string text{line};
    return text.append(" HTTP/1.1\r\nHost: onsale\r\n").append(headers).append("\r\n").append(rest);
}

}  // namespace

std::string get_of(std::string_view target, std::string_view headers) {
    return request_of(std::string{"GET "}.append(target), headers, {});
}

std::string get_with(std::string_view headers) {
    return get_of("/v1/sales/demo", headers);
}

std::string order_with(std::string_view headers, std::string_view rest) {
    return request_of("POST /v1/sales/demo/reservations", headers, rest);
}

std::string order_with_body(std::string_view body, std::string_view headers) {
    auto all = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    return order_with(all.append(headers), body);
}

std::string ticket_with(std::string_view headers) {
    return get_of("/buy/ticket", headers);
}

std::string escaped(std::string_view text) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string result;
    for (const char one : text) {
        const auto byte = static_cast<unsigned char>(one);
        result += {'%', hex[byte / 16], hex[byte % 16]};
    }
    return result;
}

std::string json_string(std::string_view text) {
    return boost::json::serialize(boost::json::string{text.data(), text.size()});
}

const std::vector<std::string>& fragments() {
    static const std::vector<std::string> all{
        "{}",
        "*",
        "x}y{z",
        "}:reservations",
        "a b",
        "FLUSHALL",
        "*1 $8 FLUSHALL",
        "EVAL \"return redis.call('FLUSHALL')\" 0",
        "' OR 1=1 --",
        "'; DROP TABLE orders; --",
        "a\");DELETE FROM orders;--",
        "]]..redis.call('FLUSHALL')..[[",
        "\" .. os.exit() .. \"",
        "%s%n%d{}{0}",
    };
    return all;
}

}  // namespace onsale::test
