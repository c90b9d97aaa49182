#include "integration/bad_input_test.hpp"

// Where a request ends must never be a matter of opinion: lengths, encodings, and bodies that are
// not as long as they say (design §6, P11). What Nginx takes it hands on with a length of its own.

namespace onsale::test {

namespace {

constexpr auto chunks = "2\r\n[]\r\n0\r\n\r\n";

bad_input length(const std::string& value, outcome_of_input from_node,
                 outcome_of_input from_nginx) {
    return {"the length " + value, order_with("Content-Length:" + value + "\r\n", "{}"), from_node,
            from_nginx};
}

bad_input encoding(const std::string& value, outcome_of_input from_nginx) {
    return {"the encoding " + value, order_with("Transfer-Encoding:" + value + "\r\n", chunks),
            refused(501), from_nginx};
}

std::vector<bad_input> wrong_lengths() {
    const auto& no = refused(400);
    return {
        {"no length", order_with("Content-Type: application/json\r\n"), refused(411),
         answered(411)},
        {"neither length nor type", order_with(""), refused(411), answered(411)},
        {"an empty length", order_with("Content-Length:\r\n"), no, no},
        length(" -2", no, no),
        length(" +2", no, no),
        length(" 0x2", no, no),
        length(" two", no, no),
        length(" 2 2", no, no),
        length(" 2,2", no, no),
        length(" 2, 3", no, no),
        length(" 2.0", no, no),
        length(" 2e0", no, no),
        length(" \"2\"", no, no),
        length(" 99999999999999999999", no, no),
        length(" 18446744073709551615", refused(413), no),
        length(" 18446744073709551618", no, no),
        {"two equal lengths", order_with("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), no,
         no},
        {"two unequal lengths", order_with("Content-Length: 2\r\nContent-Length: 30\r\n", "{}"), no,
         no},
        {"a blank before the colon", order_with("Content-Length : 2\r\n", "{}"), no, no},
        {"a body of 1,025 bytes", order_with_body(std::string(1025, ' ')), refused(413),
         refused(413)},
    };
}

std::vector<bad_input> encodings() {
    const auto on_http_1_0 =
        "POST /v1/sales/demo/reservations HTTP/1.0\r\nHost: onsale\r\nConnection: keep-alive\r\n";
    const std::string chunked = "Transfer-Encoding: chunked\r\n";
    const auto by_the_node = answered(400);  // for the body, which Nginx has put together
    return {
        encoding(" chunked", by_the_node),
        encoding(" cHuNKeD", by_the_node),
        encoding("\tchunked", refused(501)),
        encoding(" xchunked", refused(501)),
        encoding(" chunked, chunked", refused(501)),
        encoding(" chunked;a=b", refused(501)),
        encoding(" \"chunked\"", refused(501)),
        encoding(" chunked, identity", refused(501)),
        encoding(" gzip, chunked", refused(501)),
        encoding(" gzip", refused(501)),
        encoding(" identity", refused(501)),
        encoding("", refused(501)),
        {"two encodings", order_with(chunked + chunked, chunks), refused(501), refused(400)},
        {"an encoding behind another", order_with("Transfer-Encoding: gzip\r\n" + chunked, chunks),
         refused(501), refused(400)},
        {"chunks behind a length", order_with("Content-Length: 2\r\n" + chunked, chunks),
         refused(501), refused(400)},
        {"a length behind chunks", order_with(chunked + "Content-Length: 2\r\n", chunks),
         refused(501), refused(400)},
        {"a lower-case name", order_with("transfer-encoding: chunked\r\n", chunks), refused(501),
         by_the_node},
        {"a blank before the colon", order_with("Transfer-Encoding : chunked\r\n", chunks),
         refused(400), refused(400)},
        {"a folded encoding", order_with("Transfer-Encoding:\r\n chunked\r\n", chunks),
         refused(501), refused(400)},
        {"chunks that are none", order_with(chunked, "xyz\r\n\r\n"), refused(501), refused(400)},
        {"a chunk of a negative size", order_with(chunked, "-2\r\n[]\r\n0\r\n\r\n"), refused(501),
         refused(400)},
        {"chunks on GET", get_with(chunked) + chunks, refused(501), answered(200)},
        {"chunks on HTTP/1.0", on_http_1_0 + chunked + "\r\n" + chunks, refused(501), refused(400)},
    };
}

std::vector<bad_input> bodies_of_another_length() {
    const auto some = order_with("Content-Length: 30\r\n", R"({"buyer":"ada")");
    const auto smuggled = std::string{"GET /buy/ticket HTTP/1.1\r\nHost: onsale\r\n\r\n"};
    return {
        {"no byte of the body", order_with("Content-Length: 30\r\n"), silence, silence, true},
        {"not all of the body", some, silence, silence, true},
        {"not all of the header", "GET /buy/ticket HTTP/1.1\r\nHost: ons", silence, silence, true},
        {"surplus bytes", order_with("Content-Length: 0\r\n", "surplus\r\n\r\n"),
         answered_and_rest_refused(400), answered_and_rest_refused(400)},
        {"surplus behind a whole body", order_with("Content-Length: 2\r\n", "[]{}\r\n\r\n"),
         answered_and_rest_refused(400), answered_and_rest_refused(400)},
        {"surplus behind a GET", get_with("") + R"({"buyer":"ada"})" + "\r\n\r\n",
         answered_and_rest_refused(200), answered_and_rest_refused(200)},
        {"a purchase behind a refusal", order_with("Content-Length: -2\r\n", smuggled),
         refused(400), refused(400)},
        {"a purchase behind two lengths",
         order_with("Content-Length: 0\r\nContent-Length: 44\r\n", smuggled), refused(400),
         refused(400)},
        {"a purchase behind a refused encoding",
         order_with("Transfer-Encoding: xchunked\r\n", smuggled), refused(501), refused(501)},
        {"a purchase within a body",
         order_with("Content-Length: " + std::to_string(smuggled.size()) + "\r\n", smuggled),
         answered(400), answered(400)},
    };
}

}  // namespace

using BadLength = bad_input_test;

TEST_F(BadLength, P11EndsTheConnection) {
    expect_as_the_table_says(wrong_lengths());
}

TEST_F(BadLength, P11OfATransferEncodingEndsTheConnection) {
    expect_as_the_table_says(encodings());
}

TEST_F(BadLength, P11OfABodyIsNotMadeUpFor) {
    expect_as_the_table_says(bodies_of_another_length());
}

}  // namespace onsale::test
