#include "integration/bad_input_test.hpp"

// Bodies of orders and payments that are none: refused within good framing (P11).

namespace onsale::test {

namespace {

/// No JSON, or no flat object.
std::vector<std::string> no_objects() {
    return {"",
            "{",
            "[]",
            "null",
            "\"a\"",
            "1",
            "{}x",
            "{}{}",
            "{\"a\"}",
            "{'buyer':'a'}",
            "{buyer:1}",
            "/* */{}",
            "\xef\xbb\xbf{}",
            std::string(32, '\0'),
            "\x1f\x8b\x08",
            "buyer=ada&quantity=1",
            "<order><buyer>ada</buyer></order>",
            std::string(500, '['),
            std::string(500, '[') + std::string(500, ']'),
            "{\"a\":" + std::string(400, '[') + std::string(400, ']') + "}"};
}

/// What is no whole number in JSON, or none at all.
const std::vector<std::string> no_numbers{"1.5",
                                          "1.0",
                                          "1e2",
                                          "1E0",
                                          "1e400",
                                          "-1e400",
                                          "01",
                                          "+1",
                                          "0x10",
                                          ".5",
                                          "5.",
                                          "1_000",
                                          "--1",
                                          "NaN",
                                          "-Infinity",
                                          "[1]",
                                          "{\"a\":1}",
                                          "\"2\"",
                                          "null",
                                          "true",
                                          "\"\"",
                                          "",
                                          "1 2",
                                          "9223372036854775808",
                                          "99999999999999999999",
                                          "-9223372036854775809"};

bad_input order(const std::string& body) {
    return {"the order " + body.substr(0, 60), order_with_body(body), answered(400), answered(400)};
}

std::vector<bad_input> bad_orders() {
    std::vector<bad_input> rows;
    for (const auto& body : no_objects()) {
        rows.push_back(order(body));
    }
    auto numbers = no_numbers;
    numbers.insert(numbers.end(), {"0", "-0", "-1", "101", "9223372036854775807"});
    for (const auto& number : numbers) {
        rows.push_back(order(R"({"buyer":"a","quantity":)" + number + "}"));
    }
    for (const std::string body :
         {R"({"buyer":)", R"({"buyer":"a")", R"({"buyer":"a)", R"({"buyer":"a",})",
          R"({"buyer":"a","buyer":"b"})", R"({"buyer":"a","\u0062uyer":"b"})",
          R"({"buyer":"a","quantity":1,"quantity":1})", R"({"bayer":"a"})", R"({"Buyer":"a"})",
          R"({"buyer":"a","sale":"other"})", R"({"buyer":1})", R"({"buyer":["a"]})",
          R"({"buyer":{"a":1}})", R"({"buyer":null})", R"({"buyer":"\ud800"})",
          R"({"buyer":"a\x"})"}) {
        rows.push_back(order(body));
    }
    for (const auto& text : fragments()) {
        if (text != "{}") rows.push_back(order(text));  // an order of one ticket for nobody
        rows.push_back(order("{" + json_string(text) + R"(:"a"})"));
        rows.push_back(order(R"({"buyer":"a","quantity":)" + json_string(text) + "}"));
    }
    return rows;
}

std::vector<bad_input> wrong_media() {
    std::vector<bad_input> rows;
    for (const auto& [type, body] : std::vector<std::pair<std::string, std::string>>{
             {"application/x-www-form-urlencoded", "buyer=ada"},
             {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\n"},
             {"text/xml", "<buyer>ada</buyer>"},
             {"application/json; charset=utf-16", std::string{"{\0}\0", 4}},
             {"application/json\r\nContent-Encoding: gzip", "\x1f\x8b\x08"}}) {
        rows.push_back({"the media type " + type,
                        order_with_body(body, "Content-Type: " + type + "\r\n"), answered(400),
                        answered(400)});
    }
    return rows;
}

std::string payment_of(const std::string& id, const std::string& body,
                       const std::string& headers = {}) {
    return "POST " + payment_side::path(id) + " HTTP/1.1\r\nHost: onsale\r\n" + headers +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

bad_input payment(const std::string& id, const std::string& body, unsigned status = 400) {
    return {"the payment " + body.substr(0, 60), payment_of(id, body), answered(status),
            answered(status)};
}

std::vector<bad_input> bad_payments(const std::string& id) {
    std::vector<bad_input> rows;
    for (const auto& body : no_objects()) {
        rows.push_back(payment(id, body));
    }
    auto numbers = no_numbers;
    numbers.emplace_back("-1");
    for (const auto& number : numbers) {
        rows.push_back(payment(id, R"({"payment_id":"p","amount":)" + number + "}"));
    }
    auto names = fragments();
    std::erase(names, "FLUSHALL");  // which is a good payment id
    for (const auto& name :
         {std::string{}, std::string(65, 'p'), std::string(1, '\0'), std::string{redis_command},
          std::string{"p\r\nq"}, std::string{"\xe6\x8a\xa2"}}) {
        names.push_back(name);
    }
    for (const auto& name : names) {
        rows.push_back(payment(id, R"({"payment_id":)" + json_string(name) + R"(,"amount":1})"));
    }
    for (const std::string body :
         {R"({"payment_id":"p"})", R"({"amount":4200})", R"({"payment_id":1,"amount":1})",
          R"({"payment_id":"p","amount":1,"amount":2})", R"({"payment_id":"p","amount":1,"a":1})",
          R"({"payment_id":["p"],"amount":1})", R"({"payment_id":{},"amount":1})"}) {
        rows.push_back(payment(id, body));
    }
    for (const std::string number : {"0", "-0", "4200", "9223372036854775807"}) {  // not signed
        rows.push_back(payment(id, R"({"payment_id":"p","amount":)" + number + "}", 401));
    }
    return rows;
}

std::string lines(const std::vector<std::string>& headers) {
    std::string text;
    for (const auto& one : headers)
        text += one + "\r\n";
    return text;
}

std::vector<bad_input> badly_signed_payments(const payment_side& side, const std::string& id) {
    const auto body = payment_side::body("p", price);
    const auto good = side.headers(id, "p", price);
    const auto stamp = [](std::string_view value) {
        return std::string{"X-Onsale-Timestamp:"}.append(value);
    };
    const auto signature = [](std::string_view value) {
        return std::string{"X-Onsale-Signature:"}.append(value);
    };
    const auto row = [&](const std::string& name, const std::vector<std::string>& headers,
                         outcome_of_input from_node, outcome_of_input from_nginx) {
        return bad_input{name, payment_of(id, body, lines(headers)), from_node, from_nginx};
    };
    const auto no = answered(401);
    std::vector<bad_input> rows{
        row("no signature", {good[0]}, no, no),
        row("no timestamp", {good[1]}, no, no),
        row("an empty signature", {good[0], signature("")}, refused(400), no),
        row("an empty timestamp", {stamp(""), good[1]}, refused(400), no),
        row("another's signature", side.headers(id, "q", price), no, no),
        row("another amount's signature", side.headers(id, "p", price + 1), no, no),
        row("an old signature", side.headers(id, "p", price, -400), no, no),
        row("a NUL in a signature", {good[0], good[1] + std::string(1, '\0')}, refused(400),
            refused(400)),
    };
    for (const std::string wrong :
         {"0", "-1", "1e9", "0x10", "99999999999999999999", "now", "'; DROP TABLE orders; --"}) {
        rows.push_back(row("the timestamp " + wrong, {stamp(wrong), good[1]}, no, no));
    }
    for (const auto& wrong : fragments()) {
        rows.push_back(row("the signature " + wrong, {good[0], signature(wrong)}, no, no));
    }
    return rows;
}

std::vector<bad_input> payments_of_nothing(const payment_side& side, const std::string& held) {
    std::vector<bad_input> rows;
    const auto nobodys = "demo." + std::string(32, 'f');
    for (const std::string& id : {nobodys, std::string{"demo"}, std::string{"{}"}}) {
        rows.push_back(
            {"a signed payment of " + id,
             payment_of(id, payment_side::body("p", price), lines(side.headers(id, "p", price))),
             answered(404), answered(404)});
    }
    for (const std::int64_t amount : {std::int64_t{0}, price - 1, INT64_MAX}) {
        rows.push_back({"a signed amount of " + std::to_string(amount),
                        payment_of(held, payment_side::body("p", amount),
                                   lines(side.headers(held, "p", amount))),
                        answered(422), answered(422)});
    }
    for (const std::string method : {"GET", "DELETE", "PUT", "PAY"}) {
        rows.push_back({method + " of a payment",
                        method + " " + payment_side::path(held) +
                            " HTTP/1.1\r\nHost: onsale\r\nContent-Length: 0\r\n\r\n",
                        refused(405), answered(405)});
    }
    const auto line = "POST " + payment_side::path(held) + " HTTP/1.1\r\nHost: onsale\r\n";
    rows.push_back({"a payment without a length", line + "\r\n", refused(411), answered(411)});
    rows.push_back({"a payment in chunks",
                    line + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", refused(501),
                    answered(400)});
    rows.push_back({"a payment of 1,025 bytes", payment_of(held, std::string(1025, ' ')),
                    refused(413), refused(413)});
    return rows;
}

}  // namespace

class BadBody : public bad_input_test {
  protected:
    /// A reservation that waits for its payment.
    std::string reserve() {
        ++purchases;
        return post(one->port(), reserve_path, order_of("ada")).at("reservation");
    }
};

TEST_F(BadBody, P11OfAnOrderIsRefused) {
    expect_as_the_table_says(bad_orders());
}

TEST_F(BadBody, P11OfAnotherMediaTypeIsRefused) {
    expect_as_the_table_says(wrong_media());
}

TEST_F(BadBody, P11OfAPaymentIsRefused) {
    expect_as_the_table_says(bad_payments(reserve()));
}

TEST_F(BadBody, P11OfAPaymentBadlySignedIsRefused) {
    expect_as_the_table_says(badly_signed_payments(side, reserve()));
}

TEST_F(BadBody, P11OfAPaymentOfNothingIsRefused) {
    expect_as_the_table_says(payments_of_nothing(side, reserve()));
}

}  // namespace onsale::test
