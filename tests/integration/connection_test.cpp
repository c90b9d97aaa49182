#include "integration/node_test.hpp"

#include <thread>

// How connections go on: HTTP/1.0 and 1.1, keep-alive, pipelining, requests in pieces (design §6).

namespace onsale::test {

using Connection = node_test;

namespace {

std::string old_request(const std::vector<std::string>& headers = {}) {
    std::string text = "GET /buy/ticket HTTP/1.0\r\n";
    for (const auto& line : headers) {
        text += line + "\r\n";
    }
    return text + "\r\n";
}

std::string order_request(const std::string& buyer, const std::string& key = {}) {
    std::vector<std::string> headers{"Content-Type: application/json"};
    if (!key.empty()) headers.push_back("Idempotency-Key: " + key);
    return http_request("POST", reserve_path, headers, order_of(buyer));
}

}  // namespace

// As `ab` speaks: one connection per request, which it expects to be closed.
TEST_F(Connection, OfHttp10EndsWithItsAnswer) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send(old_request());
    const auto told = client.receive();
    EXPECT_EQ(told.at("data.ticket"), "1");
    EXPECT_EQ(told.header("connection"), "close");
    EXPECT_EQ(client.receive_to_end(), "");
}

// As `ab -k` speaks: it must be told that the connection stays.
TEST_F(Connection, OfHttp10StaysIfAskedToAndSaysSo) {
    const auto& one = sell({.total = 2});
    http_client client{one.port()};
    for (int i = 0; i < 5; ++i) {
        client.send(old_request({"Connection: Keep-Alive"}));
        EXPECT_EQ(client.receive().header("connection"), "keep-alive");
    }
    client.send(old_request());
    EXPECT_EQ(client.receive().body, sold_out_body);
    EXPECT_EQ(client.receive_to_end(), "");
}

TEST_F(Connection, OfHttp11StaysUntilItIsToldToClose) {
    const auto& one = sell({.total = 2});
    http_client client{one.port()};
    for (int i = 0; i < 5; ++i) {
        const auto told = client.get("/buy/ticket");
        EXPECT_EQ(told.version, "HTTP/1.1");
        EXPECT_EQ(told.header("connection"), "");
    }
    EXPECT_EQ(client.get("/buy/ticket", {"Connection: close"}).header("connection"), "close");
    EXPECT_EQ(client.receive_to_end(), "");
}

TEST_F(Connection, IsAnsweredWhenTheClientIsDoneSending) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send(http_request("GET", "/buy/ticket"));
    client.finish_sending();
    EXPECT_EQ(client.receive().at("data.ticket"), "1");
    EXPECT_EQ(client.receive_to_end(), "");
}

// P9: told by the buyer's name, which is in the answer.
TEST_F(Connection, ThatPipelinesGetsEveryAnswerInOrderAndItsOwn) {
    const auto& one = sell({.total = 1000});
    http_client client{one.port()};
    std::string all;
    for (int i = 0; i < 200; ++i) {
        const auto buyer = "buyer-" + std::to_string(i);
        all += order_request(buyer, "key");
        if (i % 3 == 0) all += http_request("GET", "/healthz");
        if (i % 5 == 0) all += http_request("GET", "/v1/sales/other");
        if (i % 7 == 0) all += order_request(buyer, "key");  // a repeat behind the purchase
    }
    client.send(all);
    for (int i = 0; i < 200; ++i) {
        const auto told = client.receive();
        ASSERT_EQ(told.status, 201u) << i << told.body;
        ASSERT_EQ(told.at("buyer"), "buyer-" + std::to_string(i));
        if (i % 3 == 0) {
            ASSERT_EQ(client.receive().body, "ok\n");
        }
        if (i % 5 == 0) {
            ASSERT_EQ(client.receive().status, 404u);
        }
        if (i % 7 != 0) continue;
        const auto again = client.receive();
        ASSERT_EQ(again.status, 200u);
        ASSERT_EQ(again.body, told.body);
    }
    EXPECT_EQ(number("sold"), 200);
}

TEST_F(Connection, ThatPipelinesBehindALastRequestGetsNothingMore) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send(http_request("GET", "/buy/ticket", {"Connection: close"}) +
                http_request("GET", "/buy/ticket"));
    EXPECT_EQ(client.receive().at("data.ticket"), "1");
    EXPECT_EQ(client.receive_to_end(), "");
    EXPECT_EQ(number("sold"), 1);
}

// The ledger goes away under it: every purchase still has its answer, in its place.
TEST_F(Connection, ThatPipelinesIsAnsweredInOrderWithoutALedgerToo) {
    auto& one = sell({.total = 1000});
    redis.kill();
    http_client client{one.port()};
    client.send(http_request("GET", "/healthz") + order_request("ada", "k1") +
                http_request("GET", "/healthz") + order_request("bob", "k2"));
    EXPECT_EQ(client.receive().body, "ok\n");
    const auto hers = client.receive();
    EXPECT_TRUE(hers.status == 503 || hers.status == 202) << hers.body;
    EXPECT_EQ(client.receive().body, "ok\n");
    redis.start();
    session = redis.connect();
    const auto his = client.receive();  // unless Redis was back too late for him
    EXPECT_TRUE(his.status == 503 || his.status == 202 || his.at("buyer") == "bob") << his.body;
    EXPECT_TRUE(wait_until([&] { return one.is_ready(); }));
    client.send(http_request("GET", "/healthz") + order_request("cyd", "k3"));
    EXPECT_EQ(client.receive().body, "ok\n");
    EXPECT_EQ(client.receive().at("buyer"), "cyd");
}

// More answers than the kernel takes at once: they wait for the reader, and none is lost.
TEST_F(Connection, ThatPipelinesMoreThanItReadsLosesNothing) {
    const auto& one = sell({.total = 1});
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("code"), "1");
    http_client client{one.port()};
    constexpr int rounds = 300;
    constexpr int each = 100;
    std::string some;
    for (int i = 0; i < each; ++i) {
        some += http_request("GET", "/buy/ticket");
    }
    std::thread sender{[&] {
        for (int i = 0; i < rounds; ++i) {
            client.send(some);
        }
    }};
    std::this_thread::sleep_for(500ms);  // both directions fill
    for (int i = 0; i < rounds * each; ++i) {
        const auto told = client.receive();
        if (told.body != sold_out_body) ADD_FAILURE() << i << ": " << told.body;
    }
    sender.join();
}

// The answer does not depend on where the network cuts the request.
TEST_F(Connection, TakesARequestInTwoPiecesCutAnywhere) {
    const auto& one = sell({.total = 1000});
    const auto request = order_request("ada");
    std::int64_t sold = 0;
    http_client client{one.port()};
    for (std::size_t cut_at = 1; cut_at < request.size(); ++cut_at) {
        client.send(request.substr(0, cut_at));
        if (cut_at % 4 == 0) std::this_thread::sleep_for(1ms);  // surely a read of its own
        client.send(request.substr(cut_at));
        const auto told = client.receive();
        ASSERT_EQ(told.status, ++sold <= 100 ? 201u : 403u) << cut_at << told.body;
    }
}

TEST_F(Connection, TakesARequestByteByByte) {
    const auto& one = sell();
    http_client client{one.port()};
    const auto two = order_request("ada") + order_request("bob");
    for (const char byte : two) {
        client.send({&byte, 1});
    }
    EXPECT_EQ(client.receive().at("buyer"), "ada");
    EXPECT_EQ(client.receive().at("buyer"), "bob");
}

TEST_F(Connection, TakesEmptyLinesBeforeARequest) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send("\r\n\r\n" + http_request("GET", "/buy/ticket") + "\r\n" +
                http_request("GET", "/buy/ticket"));
    EXPECT_EQ(client.receive().at("data.ticket"), "1");
    EXPECT_EQ(client.receive().at("data.ticket"), "2");
}

TEST_F(Connection, TakesATargetInAbsoluteForm) {
    const auto& one = sell();
    http_client client{one.port()};
    EXPECT_EQ(client.get("http://onsale/buy/ticket").at("data.ticket"), "1");
    EXPECT_EQ(client.get("http://onsale/buy/ticket?buyer=ada").at("data.ticket"), "2");
    EXPECT_EQ(client.get("HTTP://onsale/buy/ticket").at("data.ticket"), "3");
    EXPECT_EQ(http_client{one.port()}.get("http://onsale?sale=demo").status, 404u);
    EXPECT_EQ(client.get("http://onsale").status, 404u);
}

/// It is refused as a method, and as HTTP has it: no body comes behind the header.
TEST_F(Connection, HearsTheHeaderAloneForAHead) {
    const auto& one = sell();
    for (const std::string path : {"/buy/ticket", "/v1/sales/demo", "/healthz", "/nothing"}) {
        http_client client{one.port()};
        client.send(http_request("HEAD", path));
        const auto all = client.receive_to_end();
        EXPECT_TRUE(all.starts_with(path == "/nothing" ? "HTTP/1.1 404" : "HTTP/1.1 405")) << all;
        EXPECT_EQ(all.find("\r\n\r\n"), all.size() - 4) << all;
    }
}

TEST_F(Connection, HearsTheHeaderAloneForAHeadThatIsNoRequest) {
    const auto& one = sell();
    for (const std::string rest : {"", "Host: a b\r\n", "Host: a\r\nTransfer-Encoding: x\r\n"}) {
        http_client client{one.port()};
        client.send("HEAD /healthz HTTP/1.1\r\n" + rest + "\r\n");
        const auto all = client.receive_to_end();
        EXPECT_TRUE(all.starts_with("HTTP/1.1 400") || all.starts_with("HTTP/1.1 501")) << all;
        EXPECT_EQ(all.find("\r\n\r\n"), all.size() - 4) << all;
    }
}

// curl does so before it sends a longer body.
TEST_F(Connection, IsToldToContinueWhenItAsks) {
    const auto& one = sell();
    http_client client{one.port()};
    const auto body = order_of("ada");
    const auto whole = http_request("POST", reserve_path, {"Expect: 100-continue"}, body);
    client.send(whole.substr(0, whole.size() - body.size()));
    EXPECT_EQ(client.receive().status, 100u);
    client.send(body.substr(0, 5));
    client.send(body.substr(5));
    EXPECT_EQ(client.receive().status, 201u);
    client.send(whole);  // body and all: nothing to continue
    EXPECT_EQ(client.receive().status, 201u);
}

// RFC 9110: HTTP/1.0 knows no 100, and its client would take it for the answer.
TEST_F(Connection, OfHttp10IsNotToldToContinue) {
    const auto& one = sell();
    http_client client{one.port()};
    const auto body = order_of("ada");
    const std::string length = std::to_string(body.size());
    client.send(std::string{"POST "} + reserve_path + " HTTP/1.0\r\nHost: onsale\r\nExpect: " +
                "100-continue\r\nContent-Length: " + length + "\r\n\r\n");
    std::this_thread::sleep_for(50ms);  // it would be told now
    client.send(body);
    EXPECT_EQ(client.receive().status, 201u);
}

// Whatever pieces it comes in.
TEST_F(Connection, TakesAnEmptyLineInTwoPiecesBeforeARequest) {
    const auto& one = sell();
    http_client client{one.port()};
    client.send(http_request("GET", "/buy/ticket") + "\r");
    EXPECT_EQ(client.receive().at("data.ticket"), "1");
    std::this_thread::sleep_for(50ms);
    client.send("\n" + http_request("GET", "/buy/ticket"));
    EXPECT_EQ(client.receive().at("data.ticket"), "2");
}

}  // namespace onsale::test
