#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

// Nothing is sent again before the old connection is dead, and nobody else's is killed (L18).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

/// The client id of the only node, as Redis knows it.
std::string client_of_node(stage& on) {
    const auto mine = on.command({"CLIENT", "ID"}).integer;
    const auto list = on.command({"CLIENT", "LIST", "TYPE", "normal"}).text;
    for (std::size_t at = 0; (at = list.find("id=", at)) != std::string::npos;
         at = list.find('\n', at)) {
        const auto id = list.substr(at + 3, list.find(' ', at) - at - 3);
        if (id != std::to_string(mine)) return id;
    }
    return {};
}

/// Ids below the node's are then free for others after a restart.
void give_node_a_later_id(stage& on) {
    for (int i = 0; i < 50; ++i) {
        static_cast<void>(on.redis.connect());
    }
    on.gates[0]->cut();
    ASSERT_TRUE(on.all_sell());
}

/// Where the first command that begins with `words` stands, or past the end.
std::size_t position_of(const std::vector<std::string>& commands, const std::string& words,
                        std::size_t from = 0) {
    const auto found = std::find_if(
        commands.begin() + static_cast<std::ptrdiff_t>(std::min(from, commands.size())),
        commands.end(), [&](const std::string& one) { return one.starts_with(words); });
    return static_cast<std::size_t>(found - commands.begin());
}

/// `EVALSHA … 6`: the only script with six keys is `reserve`.
std::size_t next_reserve(const std::vector<std::string>& commands, std::size_t from) {
    const auto found = std::find_if(
        commands.begin() + static_cast<std::ptrdiff_t>(std::min(from, commands.size())),
        commands.end(), [&](const std::string& one) {
            return one.starts_with("EVALSHA ") && one.find(" 6 ") != std::string::npos;
        });
    return static_cast<std::size_t>(found - commands.begin());
}

TEST(Fence, StandsBeforeAnythingIsSentAgain) {
    stage on{{.nodes = 1, .gates = true}};
    const auto old = client_of_node(on);
    on.gates[0]->drop_replies_at("alice");
    EXPECT_EQ(buy_at(on.ports()[0], "alice").status, 201U);

    const auto commands = on.gates[0]->commands();
    const auto first = next_reserve(commands, 0);
    const auto killed = position_of(commands, "CLIENT KILL ID " + old);
    const auto again = next_reserve(commands, first + 1);
    EXPECT_LT(first, killed);
    EXPECT_LT(killed, again);
    EXPECT_LT(again, commands.size());
    EXPECT_LT(position_of(commands, "CLIENT ID", first), killed) << "it knows who it is itself";
}

/// A purchase lies in the old connection and has not run. Meanwhile it is sent again and refused
/// for good; were it to run now, it would take a ticket for somebody who was told that there is
/// none.
TEST(Fence, WhatStuckInTheOldConnectionNeverRuns) {
    stage on{{.nodes = 1, .gates = true, .total = 1}};
    auto& gate = *on.gates[0];
    gate.stall_at("alice");
    gate.refuse(true);  // she is not sent again before bob has the ticket
    told answer;
    std::thread asking{[&] { answer = buy_at(on.ports()[0], "alice"); }};
    const bool stuck = wait_until([&] { return gate.keeps("alice"); });
    on.ledger().reserve_one({id_of(1), "bob"});
    gate.refuse(false);
    asking.join();
    EXPECT_TRUE(stuck);
    EXPECT_EQ(answer.code, "sold_out");

    on.ledger().settle(id_of(1), reservation_state::cancelled);
    gate.release();
    std::this_thread::sleep_for(300ms);
    EXPECT_EQ(on.sold(), 0) << "alice was told that there is no ticket";
    EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");
    EXPECT_TRUE(wait_until([&] { return buy_at(on.ports()[0], "carol").is_yes(); }));
}

/// Client ids begin again when Redis restarts: the node's old one may now be somebody else's.
TEST(Fence, SparesAStrangerWhoGotTheSameClientId) {
    stage on{{.nodes = 1, .gates = true}};
    give_node_a_later_id(on);
    const auto old = client_of_node(on);
    on.gates[0]->drop_replies_at("alice");
    on.gates[0]->refuse(true);
    told answer;
    std::thread asking{[&] { answer = buy_at(on.ports()[0], "alice"); }};
    const bool taken = wait_until([&] { return on.sold() == 2; });
    on.crash_redis();
    std::vector<redis::session> strangers;
    std::string newest;
    while (newest != old && strangers.size() < 200) {
        strangers.push_back(on.redis.connect());
        newest = std::to_string(strangers.back().command({"CLIENT", "ID"})->integer);
    }
    on.gates[0]->refuse(false);
    asking.join();
    EXPECT_TRUE(taken);
    ASSERT_EQ(newest, old);
    EXPECT_TRUE(answer.status == 201U || answer.status == 202U) << "or Redis was back too late";
    ASSERT_TRUE(on.all_sell());
    EXPECT_TRUE(strangers.back().command({"PING"}).has_value());
    EXPECT_EQ(on.sold(), 3);
}

/// Two silences in a row: the first resend is lost too, and both connections are fenced.
TEST(Fence, CountsEveryConnectionThatWasSentOn) {
    stage on{{.nodes = 1, .gates = true}};
    on.gates[0]->drop_replies_at("alice", 2);
    // A third silence, of a busy machine, leaves her in doubt (202): she asks again.
    EXPECT_TRUE(wait_until([&] { return buy_at(on.ports()[0], "alice").is_yes(); }));
    EXPECT_GE(metric(on.ports()[0], "onsale_ledger_fences_total"), 2);
    EXPECT_EQ(on.sold(), 1);
}

}  // namespace

}  // namespace onsale::test
