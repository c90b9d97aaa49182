#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

// A ledger that says nothing: Redis stopped in the middle of a sale, for shorter and for longer
// than a purchase may wait (P12, L11, L18).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr auto bounded = 4s;  // P12's 3 s, and a busy machine

class LedgerSilent : public testing::TestWithParam<std::chrono::milliseconds> {};

/// A buyer in doubt asks, and hears what the ledger has.
void expect_doubts_resolved(const crowd& asked, stage& on) {
    for (const auto& one : asked.buyers()) {
        for (const auto& answer : one.answers) {
            if (answer.status != 202) continue;
            const auto seen = get(on.ports()[0], "/v1/reservations/" + answer.reservation);
            const auto digits = answer.reservation.substr(answer.reservation.find('.') + 1);
            const auto record = on.ledger().read({digits}).items.at(0);
            const bool known = record.status == "known";
            EXPECT_EQ(seen.status, known ? 200U : 404U);
            EXPECT_EQ(known ? seen.at("buyer") : one.name, one.name);
            EXPECT_EQ(known, seen.header("retry-after").empty());
        }
    }
}

TEST_P(LedgerSilent, EverybodyIsAnsweredInTimeAndTruly) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    auto chosen = on.visitors();
    chosen.connections = 40;
    chosen.pause = 20ms;
    crowd buyers{chosen};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() > 300; }));
    on.redis.process().send(SIGSTOP);
    std::this_thread::sleep_for(GetParam());
    on.redis.process().send(SIGCONT);
    buyers.stop();
    buyers.join();

    EXPECT_LT(buyers.slowest(), bounded);
    EXPECT_EQ(buyers.count(0), 0);
    EXPECT_EQ(buyers.count(409), 0) << "there are tickets left";
    if (GetParam() >= 5s) {
        EXPECT_GT(buyers.count(202), 0) << "sent, and no reply";
        EXPECT_GT(buyers.count(503, "busy"), 0) << "never sent";
    }
    EXPECT_EQ(broken(buyers, on), "");
    expect_doubts_resolved(buyers, on);
    EXPECT_TRUE(on.all_sell());
    on.withdraw_all_but(50);
    on.sell_the_rest();
    EXPECT_EQ(on.sold(), on.total());
}

INSTANTIATE_TEST_SUITE_P(ForMilliseconds, LedgerSilent, testing::Values(300ms, 1'000ms, 5'000ms),
                         [](const auto& tested) { return std::to_string(tested.param.count()); });

/// Refused from memory: without a key there is nothing to look up first.
TEST(LedgerSilence, MakesSoldOutAnOldWordThatIsNotTold) {
    stage on{{.nodes = 1, .total = 1}};
    const auto port = on.ports()[0];
    const auto code = [&] { return get(port, "/buy/ticket?sale=G101").at("code"); };
    EXPECT_EQ(buy_at(port, "alice").status, 201U);
    EXPECT_EQ(code(), "-1") << "sold out";
    on.redis.process().send(SIGSTOP);
    std::this_thread::sleep_for(1'300ms);
    const auto before = std::chrono::steady_clock::now();
    EXPECT_EQ(code(), "-3") << "nobody knows";
    EXPECT_LT(std::chrono::steady_clock::now() - before, bounded);
    on.redis.process().send(SIGCONT);
    EXPECT_TRUE(wait_until([&] { return code() == "-1"; }));
}

/// The reply comes at last, when somebody may have been told otherwise: nobody hears it.
TEST(LedgerSilence, ThatEndsAfterTheDeadlineLeavesTheTicketToTheSameKey) {
    stage on{{.nodes = 1, .gates = true}};
    auto& gate = *on.gates[0];
    const auto port = on.ports()[0];
    gate.stall_at("alice");
    gate.refuse(true);
    const auto doubt = buy_at(port, "alice");
    gate.release();
    EXPECT_TRUE(wait_until([&] { return on.sold() == 1; }));
    gate.refuse(false);
    EXPECT_EQ(doubt.status, 202U);
    EXPECT_NE(doubt.reservation, "");
    ASSERT_TRUE(wait_until([&] { return buy_at(port, "bob").is_yes(); }));
    const auto again = buy_at(port, "alice");
    EXPECT_TRUE(again.is_yes());
    EXPECT_EQ(again.reservation, doubt.reservation);
    EXPECT_EQ(on.sold(), 2);
}

}  // namespace

}  // namespace onsale::test
