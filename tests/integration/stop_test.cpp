#include "integration/node_test.hpp"
#include "support/stage.hpp"

#include "onsale/core/limits.hpp"

#include <deque>
#include <thread>

// A graceful stop: not ready, those in the accept queue taken in, those in flight answered, out
// within 10 s.

namespace onsale::test {

class Stop : public node_test {
  protected:
    /// Stops the node's time, so that what is done meanwhile waits for it in the kernel.
    template <class Action>
    static void while_suspended(node& one, Action act) {
        one.process().send(SIGSTOP);
        act();
        one.process().send(SIGCONT);
    }
};

TEST_F(Stop, AnswersThoseInFlightAndThoseInTheAcceptQueueAndResetsNobody) {
    auto& one = sell({.total = 1000}, {"node.threads=2"});
    std::deque<http_client> crowd;
    for (int i = 0; i < 50; ++i) {
        crowd.emplace_back(one.port());
        EXPECT_EQ(crowd.back().get("/healthz").status, 200u);
    }
    while_suspended(one, [&] {
        for (auto& client : crowd) {
            client.send(http_request("GET", "/buy/ticket"));  // on a connection that it knows
        }
        for (int i = 0; i < 100; ++i) {
            crowd.emplace_back(one.port());
            crowd.back().send(http_request("GET", "/buy/ticket"));  // on one that waits for it
        }
        one.terminate();
    });
    for (auto& client : crowd) {
        EXPECT_EQ(client.receive().at("code"), "1");
        EXPECT_EQ(client.receive_to_end(), "");
    }
    EXPECT_EQ(one.wait(10s), 0) << one.log();
    EXPECT_EQ(number("sold"), 150);
}

// The ledger does not answer: those who wait are told so, and the node still leaves in time.
TEST_F(Stop, WithoutALedgerStillAnswersAndLeaves) {
    auto& one = sell();
    redis.process().send(SIGSTOP);
    http_client client{one.port()};
    client.send(http_request("GET", "/buy/ticket", {"Idempotency-Key: k"}));
    std::this_thread::sleep_for(100ms);
    one.terminate();
    const auto told = client.receive();
    EXPECT_TRUE(told.status == 202 || told.status == 503) << "sent or not: " << told.body;
    EXPECT_EQ(one.wait(10s), 0) << one.log();
    redis.process().send(SIGCONT);
}

TEST_F(Stop, IsSeenByWhoAsksWhetherItIsReady) {
    auto& one = sell();
    http_client asker{one.port()};
    const auto request = http_request("GET", "/readyz");
    asker.send(request.substr(0, 10));
    ASSERT_EQ(get(one.port(), "/healthz").status, 200u);  // by now it has read those ten bytes
    one.terminate();
    ASSERT_TRUE(wait_until([&] { return one.readiness() == 0; }));  // listens no more
    asker.send(request.substr(10));
    const auto told = asker.receive();
    EXPECT_EQ(told.status, 503u);
    EXPECT_EQ(told.header("connection"), "close");
    EXPECT_NE(told.body.find("stopping"), std::string::npos);
    EXPECT_EQ(one.wait(10s), 0) << one.log();
}

TEST_F(Stop, ClosesIdleConnectionsAndWaitsForNobodyElse) {
    auto& one = sell();
    http_client idle{one.port()};
    http_client silent{one.port()};
    EXPECT_EQ(idle.get("/buy/ticket").at("code"), "1");
    one.terminate();
    EXPECT_EQ(idle.receive_to_end(), "");
    EXPECT_EQ(one.wait(limits::stop_deadline - 1s), 0) << one.log();
    // The node was not handed this one yet; it hears when it speaks.
    EXPECT_TRUE(silent.try_send(http_request("GET", "/buy/ticket")));
    EXPECT_TRUE(silent.closes_within(long_enough));
}

TEST_F(Stop, ClosesWhoHasBeenSilentForLong) {
    auto& one = sell();
    const auto accepted = [&] { return metric(one.port(), "onsale_connections_total"); };
    const auto before = accepted();
    http_client silent{one.port()};
    std::int64_t asked = 0;
    ASSERT_TRUE(wait_until([&] { return accepted() == before + ++asked + 1; }))
        << "it is not handed over in the end";
    one.terminate();
    EXPECT_EQ(silent.receive_to_end(), "");
    EXPECT_EQ(one.wait(limits::stop_deadline - 1s), 0) << one.log();
}

// Whoever never finishes a request does not hold the node.
TEST_F(Stop, IsOverWithinTenSecondsWhoeverHangs) {
    auto& one = sell();
    http_client hanging{one.port()};
    hanging.send("GET /buy/ticket HTTP/1.1\r\n");
    ASSERT_EQ(get(one.port(), "/healthz").status, 200u);
    one.terminate();
    EXPECT_FALSE(one.wait(500ms)) << "it did not wait for the request to end";
    EXPECT_EQ(one.wait(10s), 0) << one.log();
}

TEST_F(Stop, ToldTwiceIsAtOnce) {
    auto& one = sell();
    http_client hanging{one.port()};
    hanging.send("GET /buy/ticket HTTP/1.1\r\n");
    ASSERT_EQ(get(one.port(), "/healthz").status, 200u);
    one.terminate();
    ASSERT_TRUE(wait_until([&] { return one.readiness() == 0; }));
    one.terminate();
    EXPECT_EQ(one.wait(limits::stop_deadline - 1s), 0) << one.log();
}

}  // namespace onsale::test
