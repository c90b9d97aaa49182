#include "support/tcp_gate.hpp"

#include "support/http_client.hpp"
#include "support/ledger_client.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <thread>

// The gate does to a conversation what it says, to a real Redis and a client that sends lines.

namespace onsale::test {

namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

class Gate : public testing::Test {
  protected:
    /// A line is a command, too.
    [[nodiscard]] http_client client() {
        http_client made{gate.port(), 2s};
        made.forget_record();  // it is not HTTP
        return made;
    }

    /// What Redis answers, up to the end of a line; empty if that does not come in time.
    static std::string ask(http_client& over, const std::string& line) {
        over.send(line + "\r\n");
        return hear(over);
    }

    static std::string hear(http_client& over) {
        std::string heard;
        while (!heard.ends_with("\r\n")) {
            if (!over.has_something(long_enough)) return {};
            char one = 0;
            if (recv(over.descriptor(), &one, 1, 0) != 1) return {};
            heard += one;
        }
        return heard;
    }

    /// Who wants to count hears nothing, not even an end.
    static bool waits_in_vain(http_client& over) {
        over.send("INCR count\r\n");
        return !over.has_something(500ms);
    }

    [[nodiscard]] std::string count() {
        auto session = redis.connect();
        const auto answer = session.command({"GET", "count"});
        return answer ? answer->text : "?";
    }

    [[nodiscard]] bool count_becomes(const std::string& wanted) {
        return wait_until([&] { return count() == wanted; });
    }

    redis_server redis;
    tcp_gate gate{redis.endpoint(), tcp_gate::speaks::something_else};
};

TEST_F(Gate, LetsAllPass) {
    auto one = client();
    EXPECT_EQ(ask(one, "INCR count"), ":1\r\n");
    EXPECT_EQ(ask(one, "INCR count"), ":2\r\n");
    EXPECT_EQ(gate.traffic().connections, 1);
}

TEST_F(Gate, LosesARequestAndAllThatFollow) {
    auto one = client();
    gate.spoil({.lose_request = 1'000}, 1);
    EXPECT_TRUE(waits_in_vain(one));
    gate.spoil({});
    EXPECT_TRUE(waits_in_vain(one)) << "a stream has no hole";
    EXPECT_EQ(count(), "");
    EXPECT_EQ(gate.traffic().lost_requests, 2);
    auto other = client();
    EXPECT_EQ(ask(other, "INCR count"), ":1\r\n");
}

TEST_F(Gate, LosesAReplyAfterTheRequestWentThrough) {
    auto one = client();
    gate.spoil({.lose_reply = 1'000}, 1);
    EXPECT_TRUE(waits_in_vain(one));
    EXPECT_TRUE(count_becomes("1"));
    EXPECT_EQ(gate.traffic().lost_replies, 1);
}

TEST_F(Gate, DeliversARequestWhenItsSenderHasGivenUp) {
    std::optional<http_client> one{client()};
    gate.spoil({.hold_request = 1'000}, 1);
    EXPECT_TRUE(waits_in_vain(*one));
    EXPECT_EQ(count(), "");
    one.reset();
    EXPECT_TRUE(count_becomes("1"));
    EXPECT_TRUE(wait_until([&] { return gate.traffic().late_requests == 1; }));
}

TEST_F(Gate, DeliversItNotBeforeTheTimeThatItIsToBeLate) {
    std::optional<http_client> one{client()};
    gate.spoil({.hold_request = 1'000, .late = 300ms}, 1);
    EXPECT_TRUE(waits_in_vain(*one));
    const auto gave_up = steady::now();
    one.reset();
    EXPECT_TRUE(count_becomes("1"));
    EXPECT_GE(steady::now() - gave_up, 300ms);
}

/// As a node does before it sends again (L18).
TEST_F(Gate, WhatIsLateMeetsTheFence) {
    std::optional<http_client> one{client()};
    const auto id = ask(*one, "CLIENT ID").substr(1);
    gate.spoil({.hold_request = 1'000, .late = 2s}, 1);
    EXPECT_TRUE(waits_in_vain(*one));
    one.reset();
    auto session = redis.connect();
    const auto killed = session.command({"CLIENT", "KILL", "ID", id.substr(0, id.find('\r'))});
    ASSERT_TRUE(killed);
    EXPECT_EQ(killed->integer, 1);
    std::this_thread::sleep_for(2'500ms);
    EXPECT_EQ(count(), "");
}

TEST_F(Gate, Resets) {
    auto one = client();
    EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    gate.reset();
    EXPECT_TRUE(one.closes_within(2s));
    auto other = client();
    gate.spoil({.reset = 1'000}, 1);
    other.send("INCR count\r\n");
    EXPECT_TRUE(other.closes_within(2s));
    EXPECT_EQ(count(), "");
    EXPECT_EQ(gate.traffic().resets, 2);
}

TEST_F(Gate, DelaysEachDirectionByItself) {
    auto one = client();
    gate.spoil({.requests = {.delay = 150ms}, .replies = {.delay = 100ms}});
    const auto sent = steady::now();
    EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    EXPECT_GE(steady::now() - sent, 250ms);
}

TEST_F(Gate, DelaysByChance) {
    auto one = client();
    gate.spoil({.requests = {.jitter = 40ms}}, 7);
    const auto sent = steady::now();
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    EXPECT_GE(steady::now() - sent, 60ms) << "ten times 20 ms, more or less";
}

TEST_F(Gate, IsASlowLine) {
    auto one = client();
    gate.spoil({.replies = {.bytes_per_second = 10'000}});
    const auto sent = steady::now();
    EXPECT_EQ(ask(one, "ECHO " + std::string(3'000, 'x')).front(), '$');
    EXPECT_EQ(hear(one).size(), 3'002U);
    EXPECT_GE(steady::now() - sent, 250ms);
}

TEST_F(Gate, SlicesWithoutLosingAnything) {
    auto one = client();
    gate.spoil({.requests = {.slice = 1}, .replies = {.slice = 1}});
    const std::string text(2'000, 'x');
    EXPECT_EQ(ask(one, "ECHO " + text), "$2000\r\n");
    EXPECT_EQ(hear(one), text + "\r\n");
}

TEST_F(Gate, IsABlackHoleForThoseThereAndThoseWhoCome) {
    auto one = client();
    EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    gate.swallow(true);
    auto other = client();
    EXPECT_TRUE(waits_in_vain(one));
    EXPECT_TRUE(waits_in_vain(other));
    EXPECT_EQ(count(), "");
    gate.swallow(false);
    EXPECT_TRUE(waits_in_vain(one)) << "nothing comes behind what was lost";
    EXPECT_EQ(count(), "");
    auto later = client();
    EXPECT_EQ(ask(later, "INCR count"), ":1\r\n");
}

TEST_F(Gate, IsABlackHoleInOneDirection) {
    auto one = client();
    EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    gate.drop_requests();
    EXPECT_TRUE(waits_in_vain(one));
    EXPECT_EQ(count(), "");
    auto other = client();
    EXPECT_EQ(ask(other, "PING"), "+PONG\r\n");
    gate.drop_replies();
    EXPECT_TRUE(waits_in_vain(other));
    EXPECT_TRUE(count_becomes("1"));
}

TEST_F(Gate, CutsAfterSoManyBytes) {
    auto one = client();
    EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    gate.cut_replies_after(3);
    one.send("PING\r\n");
    EXPECT_EQ(one.receive_to_end(), "+PO");
}

TEST_F(Gate, CutsRequestsAfterSoManyBytes) {
    auto one = client();
    EXPECT_EQ(ask(one, "PING"), "+PONG\r\n");
    gate.cut_requests_after(14);  // INCR count, and two bytes of the second
    one.send("INCR count\r\nINCR count\r\n");
    EXPECT_EQ(one.receive_to_end(), "");
    EXPECT_TRUE(count_becomes("1"));
}

TEST_F(Gate, HoldsARequestBackUntilACondition) {
    std::atomic<bool> allowed{false};
    gate.hold_back([&] { return [&] { return allowed.load(); }; });
    auto one = client();
    EXPECT_TRUE(waits_in_vain(one));
    EXPECT_EQ(count(), "");
    allowed = true;
    EXPECT_EQ(hear(one), ":1\r\n");
}

TEST_F(Gate, ThrowsTheSameDiceForTheSameSeed) {
    const auto losses = [&](std::uint64_t seed) {
        std::string lost;
        gate.spoil({.reset = 400}, seed);
        for (int i = 0; i < 12; ++i) {
            auto one = client();
            one.send("PING\r\n");
            lost += hear(one).empty() ? 'x' : '.';
        }
        return lost;
    };
    const auto first = losses(3);
    EXPECT_EQ(losses(3), first);
    EXPECT_NE(losses(4), first);
}

}  // namespace

}  // namespace onsale::test
