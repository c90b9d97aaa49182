#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

// The fault that matters: the script ran and its reply is lost (L18).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr auto bounded = 4s;  // P12's 3 s, and a busy machine

TEST(ReplyLost, UnderLoadNobodyGetsTwoTicketsAndNoneIsStranded) {
    stage on{{.nodes = 2, .gates = true, .total = crowd::endless}};
    auto chosen = on.visitors();
    chosen.pause = 3ms;
    crowd buyers{chosen};
    buyers.start();
    for (std::size_t i = 0; i < 6; ++i) {
        const auto port = on.ports()[i % 2];
        const auto resent = [&] { return metric(port, "onsale_ledger_resent_total"); };
        const auto before = resent();
        on.gates[i % 2]->drop_replies_at("buyer-");
        ASSERT_TRUE(wait_until([&] { return resent() > before; }));
        EXPECT_GT(metric(port, "onsale_ledger_fences_total"), static_cast<std::int64_t>(i / 2));
    }
    EXPECT_TRUE(on.sells_out_to(buyers));
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_LT(buyers.slowest(), bounded);
    EXPECT_EQ(buyers.count(503), 0);
}

TEST(ReplyLost, TheBuyerGetsTheTicketThatTheFirstSendingTook) {
    stage on{{.nodes = 1, .gates = true}};
    on.gates[0]->drop_replies_at("alice");
    const auto answer = buy_at(on.ports()[0], "alice");
    EXPECT_EQ(answer.status, 201U) << "the node's own resend is not the buyer's repeat";
    EXPECT_EQ(answer.buyer, "alice");
    EXPECT_EQ(answer.tickets, std::vector<std::int64_t>{1});
    EXPECT_EQ(on.sold(), 1);
    EXPECT_GE(metric(on.ports()[0], "onsale_ledger_resent_total"), 1);
}

/// The same id comes back as a repeat to another request of the same key, as for a live one.
TEST(ReplyLost, ARepeatByTheBuyerMeanwhileIsTheSameTicket) {
    stage on{{.nodes = 2, .gates = true}};
    on.gates[0]->drop_replies_at("alice");
    told first;
    std::thread slow{[&] { first = buy_at(on.ports()[0], "alice"); }};
    const bool taken = wait_until([&] { return on.sold() == 1; });
    const auto second = buy_at(on.ports()[1], "alice");
    slow.join();
    EXPECT_TRUE(taken);
    EXPECT_EQ(second.status, 200U);
    EXPECT_TRUE(first.is_yes());
    EXPECT_EQ(first.reservation, second.reservation);
    EXPECT_EQ(on.sold(), 1);
}

TEST(ReplyLost, AReplyCutInTheMiddleIsNoReply) {
    stage on{{.nodes = 1, .gates = true}};
    int number = 0;
    for (const std::size_t bytes : {1, 4, 5, 40, 100, 200}) {
        on.gates[0]->cut_replies_after(bytes);
        const auto answer = buy_at(on.ports()[0], "buyer-" + std::to_string(++number));
        EXPECT_EQ(answer.status, 201U) << "cut after " << bytes;
        EXPECT_EQ(answer.tickets, std::vector<std::int64_t>{number});
        EXPECT_EQ(on.sold(), number);
    }
}

/// Many buyers in one batch, its reply cut somewhere: those told before the cut and those after.
TEST(ReplyLost, ABatchCutAnywhereIsAnsweredWholeAndRight) {
    stage on{{.nodes = 1, .gates = true, .total = crowd::endless}};
    auto chosen = on.visitors();
    chosen.connections = 40;
    chosen.pause = 3ms;
    crowd buyers{chosen};
    buyers.start();
    const auto connections = [&] { return on.gates[0]->traffic().connections; };
    for (const std::size_t bytes : {50, 300, 1'000, 2'500, 700}) {
        const auto came = buyers.size();
        ASSERT_TRUE(wait_until([&] { return buyers.size() > came + 200; }));
        const auto before = connections();
        on.gates[0]->cut_replies_after(bytes);
        ASSERT_TRUE(wait_until([&] { return connections() > before; }));
    }
    EXPECT_TRUE(on.sells_out_to(buyers));
    EXPECT_EQ(broken(buyers, on), "");
}

/// Those before such a line have been told; it is no reply to its buyer, nor to those behind.
TEST(ReplyLost, ALineThatMakesNoSenseIsAskedForAgain) {
    stage on{{.nodes = 1, .gates = true}};
    on.gates[0]->stall_at("alice");  // those who come meanwhile travel together
    on.gates[0]->garble_at("carol");
    std::map<std::string, told> answers{{"alice", {}}, {"bob", {}}, {"carol", {}}, {"dave", {}}};
    std::vector<std::thread> buyers;
    for (auto& one : answers) {
        buyers.emplace_back([&] { one.second = buy_at(on.ports()[0], one.first); });
        std::this_thread::sleep_for(50ms);  // mostly in this order; any is right
    }
    on.gates[0]->release();
    for (auto& one : buyers) {
        one.join();
    }
    std::set<std::vector<std::int64_t>> tickets;
    for (const auto& [name, answer] : answers) {
        EXPECT_EQ(answer.status, 201U) << name;
        EXPECT_EQ(answer.buyer, name);
        tickets.insert(answer.tickets);
    }
    EXPECT_EQ(tickets.size(), answers.size());
    EXPECT_EQ(on.sold(), 4);
    EXPECT_GE(metric(on.ports()[0], "onsale_ledger_resent_total"), 1);
    EXPECT_TRUE(on.all_sell());
}

/// Each connection falls silent as soon as the sale is spoken of. A purchase that has waited long
/// enough does not leave once more with the next.
TEST(ReplyLost, P12NobodyWaitsLongerThoughEveryConnectionFallsSilent) {
    stage on{{.nodes = 1, .gates = true}};
    on.gates[0]->drop_replies_at(stage::sale, 1'000);
    std::vector<std::thread> buyers;
    std::vector<std::chrono::milliseconds> took(40);
    for (std::size_t i = 0; i < took.size(); ++i) {
        buyers.emplace_back([&, i] {
            const auto begin = std::chrono::steady_clock::now();
            EXPECT_NE(buy_at(on.ports()[0], "buyer-" + std::to_string(i)).status, 0U);
            took[i] = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - begin);
        });
        std::this_thread::sleep_for(70ms);
    }
    for (auto& one : buyers) {
        one.join();
    }
    EXPECT_LT(*std::max_element(took.begin(), took.end()), bounded);
}

/// A buyer whose purchase may have run is not told "nothing was sold".
TEST(ReplyLost, WhoMayHaveATicketInAFrozenSaleIsInDoubt) {
    stage on{{.nodes = 1, .gates = true}};
    on.gates[0]->drop_replies_at("alice");
    on.gates[0]->refuse(true);  // she is not sent again before it is frozen
    told answer;
    std::thread slow{[&] { answer = buy_at(on.ports()[0], "alice"); }};
    const bool taken = wait_until([&] { return on.sold() == 1; });
    on.command({"HSET", on.ledger().key(), "state", "frozen"});
    on.gates[0]->refuse(false);
    slow.join();
    EXPECT_TRUE(taken);
    EXPECT_EQ(answer.status, 202U);
    EXPECT_NE(answer.reservation, "");
}

}  // namespace

}  // namespace onsale::test
