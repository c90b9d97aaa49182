#include "integration/node_test.hpp"

#include <thread>

// What design §6 refuses with a status and a closed connection.

namespace onsale::test {

namespace {

struct bad_request {
    unsigned status;
    std::string head;  ///< request line and headers, without the end
    std::string body{};
};

const std::string order = "POST /v1/sales/demo/reservations HTTP/1.1\r\nHost: onsale\r\n";
const std::string ticket = "GET /buy/ticket HTTP/1.1\r\n";
const std::string smuggled = "GET /buy/ticket HTTP/1.1\r\nHost: onsale\r\n\r\n";

std::string chunk(const std::string& body) {
    return "2\r\n" + body + "\r\n0\r\n\r\n";
}

/// One for each place that refuses; all that is refused there: bad_length_test.cpp and the others.
const std::vector<bad_request> bad_requests{
    {501, order + "Transfer-Encoding: chunked\r\n", chunk("{}")},
    {400, order + "Content-Length: 2\r\nContent-Length: 44\r\n", "{}" + smuggled},
    {413, order + "Content-Length: 1025\r\n", std::string(1025, 'x')},
    {411, order, smuggled},
    {431, ticket + "Host: onsale\r\nX: " + std::string(8 * 1024, 'x') + "\r\n"},
    {431, "GET /" + std::string(9 * 1024, 'a') + " HTTP/1.1\r\nHost: onsale\r\n"},
    {400, ticket},
    {505, "GET /buy/ticket HTTP/2.0\r\nHost: onsale\r\n"},
    {400, "GET buy/ticket HTTP/1.1\r\nHost: onsale\r\n"},
    {404, "GET /nothing HTTP/1.1\r\nHost: onsale\r\n"},
    {405, "DELETE /buy/ticket HTTP/1.1\r\nHost: onsale\r\n"},
};

}  // namespace

class Refused : public node_test {
  protected:
    static void expect_refusal(const node& by, const std::string& bytes, unsigned status) {
        http_client client{by.port()};
        client.send(bytes);
        if (bytes.size() > 32 * 1024) std::this_thread::sleep_for(5ms);  // time for a reset to come
        const auto told = client.receive();
        EXPECT_EQ(told.status, status) << told.body;
        EXPECT_EQ(told.header("connection"), "close");
        EXPECT_EQ(told.header("content-type"), "application/problem+json");
        EXPECT_EQ(told.at("status"), std::to_string(status));
        EXPECT_EQ(client.receive_to_end(), "");
    }
};

// The status is read to its end though 32 KiB more were sent, then the connection ends without a
// reset, and nothing behind the refused request was taken for one.
TEST_F(Refused, IsToldItsStatusAndThenTheConnectionEnds) {
    const auto& one = sell();
    for (const auto& bad : bad_requests) {
        SCOPED_TRACE(bad.head.substr(0, 200));
        const auto bytes = bad.head + "\r\n" + bad.body;
        expect_refusal(one, bytes, bad.status);
        expect_refusal(one, bytes + smuggled + std::string(32 * 1024, 'x'), bad.status);
    }
    EXPECT_EQ(number("sold"), 0);
}

// The good ones before it have been answered.
TEST_F(Refused, BehindGoodRequestsComesAfterTheirAnswers) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send(http_request("GET", "/healthz") + http_request("GET", "/buy/ticket") +
                http_request("GET", "/buy/ticket", {"Transfer-Encoding: chunked"}) + smuggled);
    EXPECT_EQ(client.receive().body, "ok\n");
    EXPECT_EQ(client.receive().at("data.ticket"), "1");
    EXPECT_EQ(client.receive().status, 501u);
    EXPECT_EQ(client.receive_to_end(), "");
    EXPECT_EQ(number("sold"), 1);
}

// At the bound is not beyond it.
TEST_F(Refused, IsNoRequestWithinTheBounds) {
    const auto& one = sell();
    http_client client{one.port()};
    const auto padding = std::string(1024 - order_of("ada").size(), ' ');
    EXPECT_EQ(client.post(reserve_path, order_of("ada") + padding).status, 201u);
    EXPECT_EQ(client.get("/buy/ticket", {"X: " + std::string(8 * 1024 - 100, 'x')}).status, 200u);
    EXPECT_EQ(client.get("/buy/ticket?x=" + std::string(8000, 'x')).status, 200u);
}

// Whoever goes on sending is cut off after 64 KiB or 1 s.
TEST_F(Refused, ThatNeverStopsIsCutOff) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send(ticket + "\r\n");
    const auto begun = std::chrono::steady_clock::now();
    while (client.try_send(std::string(1024, 'x'))) {
        ASSERT_LT(std::chrono::steady_clock::now() - begun, long_enough);
        std::this_thread::sleep_for(1ms);
    }
    http_client silent{one.port()};
    silent.send(ticket + "\r\n");
    EXPECT_TRUE(wait_until([&] { return !silent.try_send("x"); }));
}

}  // namespace onsale::test
