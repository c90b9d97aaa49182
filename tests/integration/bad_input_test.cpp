#include "integration/bad_input_test.hpp"

// What buyers, shops and those who mean ill may send, straight to a node and through Nginx: each
// gets its status, changes nothing, and disturbs nobody (P11). Here: lines, headers and paths.
// Nginx keeps a buyer's connection if the refusal is the node's, or is about the path alone.

namespace onsale::test {

namespace {

const std::string host = "Host: onsale\r\n";
const std::string hello_of_tls{
    "\x16\x03\x01\x00\x8a\x01\x00\x00\x86\x03\x03"
    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\r\n\r\n",
    31};

std::string with_line(const std::string& line) {
    return line + "\r\n" + host + "\r\n";
}

std::vector<bad_input> broken_lines() {
    return {
        {"garbage", "\x01\x02\x03 garbage\r\n\r\n", refused(400), refused(400)},
        {"TLS on the plain port", hello_of_tls, refused(400), refused(400)},
        {"NULs", std::string(64, '\0') + "\r\n\r\n", refused(400), refused(400)},
        {"HTTP/0.9", "GET /v1/sales/demo\r\n\r\n", refused(400), bare_body},
        {"HTTP/2.0", with_line("GET /buy/ticket HTTP/2.0"), refused(505), refused(505)},
        {"HTTP/9.9", with_line("GET /buy/ticket HTTP/9.9"), refused(505), refused(505)},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused(505), refused(400)},
        {"no version", with_line("GET /buy/ticket HTTP"), refused(505), refused(400)},
        {"a lower-case method", with_line("get /buy/ticket HTTP/1.1"), refused(405), refused(400)},
        {"a method of its own", with_line("BUY /buy/ticket HTTP/1.1"), refused(405), answered(405)},
        {"TRACE", with_line("TRACE /buy/ticket HTTP/1.1"), refused(405), refused(405)},
        {"CONNECT", with_line("CONNECT onsale:80 HTTP/1.1"), refused(400), refused(400)},
        {"a path without its slash", with_line("GET buy/ticket HTTP/1.1"), refused(400),
         refused(400)},
        {"a blank in the target", with_line("GET /buy /ticket HTTP/1.1"), refused(505),
         refused(400)},
        {"a line of 9 KiB", get_of("/" + std::string(9'216, 'a')), refused(431), refused(414)},
        {"absolute form of another scheme", get_of("ftp://onsale/v1/sales/demo"), refused(400),
         answered(200) /* of any scheme */},
        {"absolute form with one slash", get_of("http:/v1/sales/demo"), refused(400), refused(400)},
        {"absolute form without a host", get_of("http:///v1/sales/demo"), refused(400),
         refused(400)},
        {"absolute form with a user", get_of("http://a@onsale/v1/sales/demo"), refused(400),
         refused(400)},
        {"absolute form without a path", get_of("http://onsale"), refused(404), answered(404)},
        {"absolute form of an operators' page", get_of("http://onsale/v1/../metrics"), refused(404),
         answered(404)},
    };
}

std::vector<bad_input> broken_headers() {
    return {
        {"no host", "GET /buy/ticket HTTP/1.1\r\n\r\n", refused(400), refused(400)},
        {"two hosts", get_with(host), refused(400), refused(400)},
        {"a host with a blank in it", "GET /buy/ticket HTTP/1.1\r\nHost: a b\r\n\r\n", refused(400),
         refused(400)},
        {"a NUL in a header", get_with("X: a" + std::string(1, '\0') + "b\r\n"), refused(400),
         refused(400)},
        {"a header of 9 KiB", get_with("X: " + std::string(9'216, 'a') + "\r\n"), refused(431),
         refused(431)},
        {"a folded header", get_with("X: a\r\n  b\r\n"), refused(400), refused(400)},
        {"a header folded before its value", get_with("X:\r\n b\r\n"), refused(400), refused(400)},
        {"a header folded without a value", get_with("X: \r\n \r\n"), refused(400), refused(400)},
        {"a folded length", order_with("Content-Length:\r\n 13\r\n", "{\"buyer\":\"a\"}"),
         refused(400), refused(400)},
        {"a folded key", get_with("Idempotency-Key:\r\n\tk\r\n"), refused(400), refused(400)},
        {"a header without a colon", get_with("nothing\r\n"), refused(400),
         answered(200) /* left out */},
        {"a blank before the colon", get_with("X : a\r\n"), refused(400), refused(400)},
        {"a control character in a header", get_with("X: a\x01z\r\n"), refused(400),
         answered(200) /* not handed on */},
        {"a bare CR in a header", get_with("X: a\rb\r\n"), refused(400), refused(400)},
        {"two keys", get_with("Idempotency-Key: a\r\nIdempotency-Key: b\r\n"), refused(400),
         answered(200) /* one is handed on */},
    };
}

std::vector<bad_input> wrong_paths() {
    return {
        {"an unknown path", get_of("/nothing"), refused(404), answered(404)},
        {"dots that leave the root", get_of("/../../etc/passwd"), refused(404), refused(400)},
        {"dots within", get_of("/v1/../metrics"), refused(404), answered(404)},
        {"encoded dots", get_of("/v1/%2e%2e/metrics"), refused(404), answered(404)},
        {"dots behind a path of ours", get_of("/v1/sales/demo/../../../metrics"), refused(404),
         answered(404)},
        {"an encoded slash", get_of("/v1%2Fsales%2Fdemo"), refused(404), answered(404)},
        {"an encoded NUL", get_of("/v1/sales/demo%00"), refused(404), refused(400)},
        {"no operators' page", get_of("//metrics"), refused(404), answered(404)},
        {"a wrong method",
         "PUT /v1/sales/demo/reservations HTTP/1.1\r\n" + host + "Content-Length: 0\r\n\r\n",
         refused(405), answered(405)},
        {"an empty sale", get_of("/v1/sales/"), refused(404), answered(404)},
        {"a slash behind the sale", get_of("/v1/sales/demo/"), refused(404), answered(404)},
        {"a sale of another hash tag", get_of("/v1/sales/x%7Dy%7B"), refused(404), answered(404)},
        {"a sale of 65 characters", get_of("/v1/sales/" + std::string(65, 'a')), refused(404),
         answered(404)},
        {"line ends in a sale", get_of("/v1/sales/demo%0D%0AX:%20y"), refused(404), answered(404)},
    };
}

}  // namespace

using BadInput = bad_input_test;

TEST_F(BadInput, P11OfBrokenLinesEndsTheConnection) {
    expect_as_the_table_says(broken_lines());
}

TEST_F(BadInput, P11OfBrokenHeadersEndsTheConnection) {
    expect_as_the_table_says(broken_headers());
}

TEST_F(BadInput, P11OfWhoDoesNotKnowTheInterfaceEndsTheConnection) {
    expect_as_the_table_says(wrong_paths());
}

}  // namespace onsale::test
