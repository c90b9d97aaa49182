#include "integration/bad_input_test.hpp"

// Names that are none, of sales, buyers, keys and reservations: refused within good framing, so
// that the connection stays (P11).

namespace onsale::test {

namespace {

const std::string nul(1, '\0');

std::vector<bad_input> bad_sales() {
    std::vector<bad_input> rows;
    for (const auto& sale : fragments()) {
        rows.push_back({"the sale " + sale, get_of("/buy/ticket?sale=" + escaped(sale)),
                        answered(sale == "FLUSHALL" ? 404 : 400),
                        answered(sale == "FLUSHALL" ? 404 : 400)});
    }
    for (const auto& sale : {std::string{redis_command}, std::string{"demo\r\n"}, "demo" + nul,
                             std::string{"d\xc3\xa9mo"}, std::string(65, 'a'), std::string{".."},
                             std::string{"-demo"}, std::string{"demo/reservations"}}) {
        rows.push_back({"the sale " + escaped(sale), get_of("/buy/ticket?sale=" + escaped(sale)),
                        answered(400), answered(400)});
    }
    return rows;
}

std::vector<bad_input> bad_buyers() {
    std::vector<bad_input> rows;
    for (const auto& buyer :
         {std::string{}, std::string{redis_command}, std::string{"a\r\nSET x y"}, "a" + nul + "b",
          std::string{"\xff\xfe"}, std::string{"\xe6\x8a\xa2"}, std::string{"a\tb"},
          std::string{"\x7f"}, std::string(129, 'b')}) {
        rows.push_back({"the buyer " + escaped(buyer),
                        get_of("/buy/ticket?buyer=" + escaped(buyer)), answered(400),
                        answered(400)});
        const bool is_utf8 = buyer.find('\xff') == std::string::npos;
        const auto body =
            R"({"buyer":)" + (is_utf8 ? json_string(buyer) : "\"" + buyer + "\"") + "}";
        rows.push_back({"the body's buyer " + escaped(buyer), order_with_body(body), answered(400),
                        answered(400)});
    }
    for (const std::string query :
         {"buyer=%2", "buyer=%zz", "buyer=a&buyer=b", "sale=demo&sale=demo", "buyer=%",
          "buyer=a&b%75yer=b", "s%61le=demo&sale=demo", "sale=", "sale", "sale=&buyer=a"}) {
        rows.push_back(
            {"the query " + query, get_of("/buy/ticket?" + query), answered(400), answered(400)});
    }
    return rows;
}

bad_input key(const std::string& value, outcome_of_input from_node, outcome_of_input from_nginx) {
    return {"the key " + escaped(value), ticket_with("Idempotency-Key:" + value + "\r\n"),
            from_node, from_nginx};
}

std::vector<bad_input> bad_keys() {
    const std::string long_key(129, 'k');
    return {
        key(" " + long_key, answered(400), answered(400)),
        key(" k\xc3\xa9y", answered(400), answered(400)),
        key(" \xff\xfe", answered(400), answered(400)),
        key(" a\tb", answered(400), answered(400)),
        key(" a" + nul + "b", refused(400), refused(400)),
        key(" a\rb", refused(400), refused(400)),
        key(" a\r\n b", refused(400), refused(400)),
        {"an empty key", get_with("Idempotency-Key:\r\n"), refused(400),
         answered(200) /* not handed on */},
        {"a key of blanks", get_with("Idempotency-Key:   \r\n"), refused(400), answered(200)},
        {"line ends and a command in a key",
         get_with("Idempotency-Key: " + std::string{redis_command}), refused(400),
         answered(200) /* lines without a colon are left out */},
        {"a long key of an order",
         order_with_body(order_of("ada"), "Idempotency-Key: " + long_key + "\r\n"), answered(400),
         answered(400)},
        {"a key of an order, not ASCII",
         order_with_body(order_of("ada"), "Idempotency-Key: \xe6\x8a\xa2\r\n"), answered(400),
         answered(400)},
    };
}

std::vector<std::string> no_reservations() {
    const std::string digits(32, 'f');
    auto all = fragments();
    const auto good = "demo." + digits;
    all.insert(all.end(),
               {"", "demo", "demo.", "." + digits, "demo" + digits, "demo.F" + digits.substr(1),
                "demo.g" + digits.substr(1), good + "0", "demo." + digits.substr(1),
                "de}mo{." + digits, good + "\r\n", good + nul, good, std::string{redis_command}});
    return all;
}

std::string deletion_of(const std::string& path) {
    return "DELETE " + path + " HTTP/1.1\r\nHost: onsale\r\n\r\n";
}

/// Shown and cancelled.
std::vector<bad_input> bad_reservations() {
    std::vector<bad_input> rows;
    for (const auto& id : no_reservations()) {
        const auto path = "/v1/reservations/" + escaped(id);
        const bool has_nul = id.find('\0') != std::string::npos;
        const auto by_nginx = has_nul ? refused(400) : answered(404);
        rows.push_back({"the reservation " + id, get_of(path), answered(404), by_nginx});
        rows.push_back({"cancelling " + id, deletion_of(path), answered(404), by_nginx});
    }
    const auto digits = std::string(32, 'f');
    for (const std::string raw : {"'OR(1=1)--", "demo.]]..os.exit()..[[", "demo.*"}) {
        rows.push_back({"the reservation " + raw + ", not encoded",
                        get_of("/v1/reservations/" + raw), answered(404), answered(404)});
    }
    rows.push_back({"cancelling with a body",
                    "DELETE /v1/reservations/demo." + digits +
                        " HTTP/1.1\r\nHost: onsale\r\nContent-Length: 2\r\n\r\n{}",
                    answered(404), answered(404)});
    rows.push_back({"cancelling with a key that is none",
                    "DELETE /v1/reservations/demo." + digits +
                        " HTTP/1.1\r\nHost: onsale\r\nIdempotency-Key: \x01\r\n\r\n",
                    refused(400), answered(400)});
    rows.push_back({"cancelling all of a sale",
                    "DELETE /v1/sales/demo/reservations HTTP/1.1\r\nHost: onsale\r\n\r\n",
                    refused(405), answered(405)});
    return rows;
}

}  // namespace

using BadName = bad_input_test;

TEST_F(BadName, P11OfASaleIsRefused) {
    expect_as_the_table_says(bad_sales());
}

TEST_F(BadName, P11OfABuyerIsRefused) {
    expect_as_the_table_says(bad_buyers());
}

TEST_F(BadName, P11OfAKeyIsRefused) {
    expect_as_the_table_says(bad_keys());
}

TEST_F(BadName, P11OfAReservationIsNobodys) {
    expect_as_the_table_says(bad_reservations());
}

}  // namespace onsale::test
