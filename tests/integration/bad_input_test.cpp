#include "integration/node_test.hpp"
#include "support/nginx_server.hpp"

#include <thread>

// What buyers, shops and those who mean ill may send, straight to a node and through Nginx: each
// gets its status, changes nothing, and disturbs nobody (P11).

namespace onsale::test {

namespace {

/// How the connection goes on after the answer of a node.
enum class then { stays, ends };

struct bad_input {
    std::string name;
    std::string bytes;
    unsigned from_node;
    unsigned from_nginx;  ///< its own refusal, or the node's handed on
    then connection = then::ends;
};

const std::string host = "Host: onsale\r\n";
const std::string hello_of_tls{
    "\x16\x03\x01\x00\x8a\x01\x00\x00\x86\x03\x03"
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\r\n\r\n",
    31};

std::string get_with(const std::string& headers) {
    return "GET /v1/sales/demo HTTP/1.1\r\n" + host + headers + "\r\n";
}

std::string get_of(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\n" + host + "\r\n";
}

std::string order_with(const std::string& headers, const std::string& rest = {}) {
    return "POST " + reserve_path + " HTTP/1.1\r\n" + host + headers + "\r\n" + rest;
}

std::string order_with_body(const std::string& body) {
    return order_with("Content-Length: " + std::to_string(body.size()) + "\r\n", body);
}

std::vector<bad_input> broken_framing() {
    const std::string chunks = "2\r\n[]\r\n0\r\n\r\n";
    return {
        {"garbage", "\x01\x02\x03 garbage\r\n\r\n", 400, 400},
        {"TLS on the plain port", hello_of_tls, 400, 400},
        {"NULs", std::string(64, '\0') + "\r\n\r\n", 400, 400},
        {"a NUL in a header", get_with("X: a" + std::string(1, '\0') + "b\r\n"), 400, 400},
        {"HTTP/0.9", "GET /v1/sales/demo\r\n\r\n", 400, 0 /* an answer without a head */},
        {"HTTP/2.0", "GET /buy/ticket HTTP/2.0\r\n" + host + "\r\n", 505, 505},
        {"HTTP/9.9", "GET /buy/ticket HTTP/9.9\r\n" + host + "\r\n", 505, 505},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, 400},
        {"no version", "GET /buy/ticket HTTP\r\n" + host + "\r\n", 505, 400},
        {"no host", "GET /buy/ticket HTTP/1.1\r\n\r\n", 400, 400},
        {"two hosts", get_with(host), 400, 400},
        {"a host with a blank in it", "GET /buy/ticket HTTP/1.1\r\nHost: a b\r\n\r\n", 400, 400},
        {"a lower-case method", "get /buy/ticket HTTP/1.1\r\n" + host + "\r\n", 405, 400},
        {"a method of its own", "BUY /buy/ticket HTTP/1.1\r\n" + host + "\r\n", 405, 405},
        {"TRACE", "TRACE /buy/ticket HTTP/1.1\r\n" + host + "\r\n", 405, 405},
        {"CONNECT", "CONNECT onsale:80 HTTP/1.1\r\n" + host + "\r\n", 400, 400},
        {"a path without its slash", "GET buy/ticket HTTP/1.1\r\n" + host + "\r\n", 400, 400},
        {"a blank in the target", "GET /buy /ticket HTTP/1.1\r\n" + host + "\r\n", 505, 400},
        {"a line of 9 KiB", get_of("/" + std::string(9 * 1024, 'a')), 431, 414},
        {"a header of 9 KiB", get_with("X: " + std::string(9 * 1024, 'a') + "\r\n"), 431, 431},
        {"a folded header", get_with("X: a\r\n  b\r\n"), 400, 400},
        {"a header without a colon", get_with("nothing\r\n"), 400, 200 /* left out */},
        {"a blank before the colon", get_with("X : a\r\n"), 400, 400},
        {"a control character in a header", get_with("X: a\x01z\r\n"), 400,
         200 /* not handed on */},
        {"a bare CR in a header", get_with("X: a\rb\r\n"), 400, 400},
        {"no length", order_with("Content-Type: application/json\r\n"), 411, 411},
        {"an empty length", order_with("Content-Length:\r\n"), 400, 400},
        {"a negative length", order_with("Content-Length: -2\r\n", "{}"), 400, 400},
        {"a signed length", order_with("Content-Length: +2\r\n", "{}"), 400, 400},
        {"a hexadecimal length", order_with("Content-Length: 0x2\r\n", "{}"), 400, 400},
        {"a list of lengths", order_with("Content-Length: 2,2\r\n", "{}"), 400, 400},
        {"two lengths", order_with("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400, 400},
        {"a length beyond 64 bits", order_with("Content-Length: 99999999999999999999\r\n"), 400,
         400},
        {"a huge length", order_with("Content-Length: 18446744073709551615\r\n"), 413, 400},
        {"a body of 1,025 bytes", order_with_body(std::string(1025, ' ')), 413, 413},
        {"chunks", order_with("Transfer-Encoding: chunked\r\n", chunks), 501,
         400 /* by the node, for the body */},
        {"chunks and a length",
         order_with("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", chunks), 501, 400},
        {"gzip", order_with("Transfer-Encoding: gzip\r\n"), 501, 501},
        {"chunks, then identity", order_with("Transfer-Encoding: chunked, identity\r\n"), 501, 501},
        {"identity", order_with("Transfer-Encoding: identity\r\n"), 501, 501},
        {"an empty encoding", order_with("Transfer-Encoding:\r\n"), 501, 501},
        {"chunks with a tab", order_with("Transfer-Encoding:\tchunked\r\n", chunks), 501, 501},
        {"two keys", get_with("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), 400,
         200 /* one is handed on */},
    };
}

std::vector<bad_input> wrong_paths() {
    return {
        {"an unknown path", get_of("/nothing"), 404, 404},
        {"dots that leave the root", get_of("/../../etc/passwd"), 404, 400},
        {"dots within", get_of("/v1/../metrics"), 404, 404},
        {"an encoded slash", get_of("/v1%2Fsales%2Fdemo"), 404, 404},
        {"an encoded NUL", get_of("/v1/sales/demo%00"), 404, 400},
        {"no operators' page", get_of("//metrics"), 404, 404},
        {"a wrong method",
         "PUT " + reserve_path + " HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n", 405, 405},
        {"an empty sale", get_of("/v1/sales/"), 404, 404},
        {"a sale of another hash tag", get_of("/v1/sales/x%7Dy%7B"), 404, 404},
        {"a sale of 65 characters", get_of("/v1/sales/" + std::string(65, 'a')), 404, 404},
    };
}

std::vector<bad_input> good_framing() {
    std::vector<bad_input> rows{
        {"surplus bytes", order_with("Content-Length: 0\r\n", "surplus\r\n\r\n"), 400, 400},
        {"a pattern for a sale", get_of("/buy/ticket?sale=*"), 400, 400},
        {"braces for a sale", get_of("/buy/ticket?sale=%7B%7D"), 400, 400},
        {"line ends in a buyer", get_of("/buy/ticket?buyer=a%0D%0ASET%20x%20y"), 400, 400},
        {"a NUL in a buyer", get_of("/buy/ticket?buyer=a%00b"), 400, 400},
        {"an empty buyer", get_of("/buy/ticket?buyer="), 400, 400},
        {"a buyer of 129 characters", get_of("/buy/ticket?buyer=" + std::string(129, 'b')), 400,
         400},
        {"half an escape", get_of("/buy/ticket?buyer=%2"), 400, 400},
        {"an escape that is none", get_of("/buy/ticket?buyer=%zz"), 400, 400},
        {"a key of 129 characters",
         "GET /buy/ticket HTTP/1.1\r\n" + host + "Idempotency-Key: " + std::string(129, 'k') +
             "\r\n\r\n",
         400, 400},
        {"a reservation that is none", get_of("/v1/reservations/demo.xyz"), 404, 404},
        {"SQL for a reservation", get_of("/v1/reservations/'%20OR%201=1--"), 404, 404},
        {"Lua for a reservation", get_of("/v1/reservations/demo.]]..os.exit()..[["), 404, 404},
    };
    for (const auto& body : std::vector<std::string>{
             "",
             "{",
             "{\"buyer\":",
             "[]",
             "null",
             "\"a\"",
             "{}x",
             "{\"buyer\":1}",
             "{\"buyer\":\"a\",\"buyer\":\"b\"}",
             "{\"bayer\":\"a\"}",
             "{\"buyer\":\"\"}",
             "{\"buyer\":\"a\\u0000\"}",
             "{\"buyer\":\"a\\r\\nGET /\"}",
             "{\"buyer\":\"\xff\xfe\"}",
             "{\"buyer\":\"" + std::string(129, 'b') + "\"}",
             "{\"buyer\":\"a\",\"quantity\":0}",
             "{\"buyer\":\"a\",\"quantity\":-1}",
             "{\"buyer\":\"a\",\"quantity\":1.5}",
             "{\"buyer\":\"a\",\"quantity\":1e9}",
             "{\"buyer\":\"a\",\"quantity\":101}",
             "{\"buyer\":\"a\",\"quantity\":99999999999999999999}",
             "{\"buyer\":\"a\",\"quantity\":\"2\"}",
             "{\"buyer\":\"a\",\"quantity\":null}",
             "{\"buyer\":\"a\",\"quantity\":true}",
             "{\"buyer\":\"a\",\"quantity\":NaN}",
             std::string(500, '[') + std::string(500, ']'),
             "{\"a\":" + std::string(400, '[') + std::string(400, ']') + "}"}) {
        rows.push_back({"the body " + body.substr(0, 60), order_with_body(body), 400, 400});
    }
    for (auto& one : rows)
        one.connection = then::stays;
    return rows;
}

}  // namespace

class BadInput : public node_test {
  protected:
    /// The status of the first answer; 0: none came.
    static unsigned status_of(http_client client, const bad_input& input, then& connection) {
        client.send(input.bytes);
        try {
            const auto answer = client.receive();
            connection = answer.header("connection") == "close" ? then::ends : then::stays;
            return answer.status;
        } catch (const std::runtime_error&) {
            connection = then::ends;
            return 0;
        }
    }

    void expect_as_the_table_says(const std::vector<bad_input>& rows) {
        const auto& one = sell({.total = 1'000});
        const auto port = one.port();
        const nginx_server nginx{{port, port, port, port}};
        const auto version = ledger.field("version");
        for (const auto& input : rows) {
            SCOPED_TRACE(input.name);
            auto connection = then::stays;
            EXPECT_EQ(status_of(http_client{port}, input, connection), input.from_node);
            EXPECT_EQ(connection, input.connection);
            http_client through_nginx{nginx.port()};
            through_nginx.forget_record();  // it refuses in its own words
            EXPECT_EQ(status_of(std::move(through_nginx), input, connection), input.from_nginx);
        }
        EXPECT_EQ(ledger.field("version"), version) << "nothing was sold, nothing changed";
        EXPECT_EQ(get(port, "/buy/ticket").at("code"), "1") << "and others buy";
        EXPECT_EQ(get(nginx.port(), "/buy/ticket").at("code"), "1");
    }
};

TEST_F(BadInput, P11OfBrokenFramingEndsTheConnection) {
    expect_as_the_table_says(broken_framing());
}

TEST_F(BadInput, P11OfWhoDoesNotKnowTheInterfaceEndsTheConnection) {
    expect_as_the_table_says(wrong_paths());
}

TEST_F(BadInput, P11WithinGoodFramingIsRefusedAndTheConnectionStays) {
    expect_as_the_table_says(good_framing());
}

}  // namespace onsale::test
