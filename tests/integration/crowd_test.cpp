#include "integration/node_test.hpp"
#include "support/command_stats.hpp"
#include "support/four_nodes.hpp"
#include "support/program.hpp"

#include "onsale/core/limits.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <set>
#include <thread>

// Many at once, over several threads and nodes: exactly the tickets there are, one for each key.

namespace onsale::test {

namespace {

/// Everybody at the same instant, each on a thread of its own.
template <class Action>
std::vector<http_answer> all_at_once(std::size_t count, Action ask) {
    std::vector<http_answer> answers(count);
    std::vector<std::thread> crowd;
    std::atomic<bool> go{false};
    for (std::size_t i = 0; i < count; ++i) {
        crowd.emplace_back([&, i] {
            while (!go.load()) {
                std::this_thread::yield();
            }
            answers[i] = ask(i);
        });
    }
    go.store(true);
    for (auto& one : crowd) {
        one.join();
    }
    return answers;
}

}  // namespace

class Crowd : public node_test {
  protected:
    four_nodes& start_four(const std::vector<std::string>& settings = {}) {
        return four_.emplace(redis.endpoint(), settings);
    }

    void TearDown() override {
        if (four_) {
            EXPECT_EQ(four_->stop(), "");
        }
        node_test::TearDown();
    }

  private:
    std::optional<four_nodes> four_;
};

// P4
TEST_F(Crowd, WithOneKeyOverFourNodesBuysOnceAndHearsTheSame) {
    open({.total = 1000});
    const auto ports = start_four().ports();
    for (const std::string key : {"k1", "k2", "k3"}) {
        const auto answers = all_at_once(100, [&](std::size_t i) {
            return get(ports[i % 4], "/buy/ticket?buyer=ada", {"Idempotency-Key: " + key});
        });
        std::set<std::string> bodies;
        for (const auto& told : answers) {
            EXPECT_EQ(told.at("code"), "1") << told.body;
            bodies.insert(told.body);
        }
        EXPECT_EQ(bodies.size(), 1u) << key;
    }
    EXPECT_EQ(number("sold"), 3);
}

// P4 for the last ticket: whoever has it hears so again, nobody else does.
TEST_F(Crowd, WithTwoKeysForTheLastTicketHasOneWinner) {
    open({.total = 1});
    const auto ports = start_four().ports();
    const auto answers = all_at_once(100, [&](std::size_t i) {
        const std::string key = "Idempotency-Key: " + std::to_string(i % 2);
        return post(ports[i % 4], reserve_path, order_of("ada"), {key});
    });
    std::array<std::set<std::string>, 2> ids;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (answers[i].status < 300) ids[i % 2].insert(answers[i].at("reservation"));
    }
    EXPECT_EQ(ids[0].size() + ids[1].size(), 1u);
    const std::string winner = "Idempotency-Key: " + std::string{ids[0].empty() ? "1" : "0"};
    for (const auto port : ports) {
        EXPECT_EQ(post(port, reserve_path, order_of("ada"), {winner}).status, 200u);
    }
}

// P6
TEST_F(Crowd, OfOneBuyerNeverHasMoreThanTheLimit) {
    open({.total = 1000, .limit = 5});
    const auto ports = start_four().ports();
    const auto answers = all_at_once(100, [&](std::size_t i) {
        return post(ports[i % 4], reserve_path, order_of("ada", 1 + static_cast<int>(i % 2)));
    });
    std::size_t tickets = 0;
    for (const auto& told : answers) {
        EXPECT_TRUE(told.status == 201 || told.status == 403) << told.body;
        if (told.status == 201) tickets += told.json().at("tickets").as_array().size();
    }
    EXPECT_EQ(tickets, 5u);
    EXPECT_EQ(number("sold"), 5);
}

// P1 and P2 with quantities: all or nothing, and nothing is left while somebody asks for one.
TEST_F(Crowd, WithQuantitiesBuysExactlyWhatThereIs) {
    open({.total = 300});
    const auto ports = start_four({"node.threads=2"}).ports();
    const auto answers = all_at_once(40, [&](std::size_t i) {
        http_client client{ports[i % 4]};
        http_answer last;
        for (int n = 0; n < 10; ++n) {
            last = client.post(reserve_path, order_of("b" + std::to_string(i), 1 + n % 3));
        }
        return last;
    });
    EXPECT_EQ(number("sold"), 300);
    for (const auto& told : answers) {
        EXPECT_TRUE(told.status == 201 || told.at("code") == "sold_out") << told.body;
    }
}

// P1 and P2
TEST_F(Crowd, OverFourThreadsBuysExactlyWhatThereIs) {
    const auto& one = sell({.total = 3000}, {"node.threads=4"});
    const auto load = run_ab({"-q", "-l", "-n", "6000", "-c", "50"}, ticket_url(one.port()));
    EXPECT_EQ(load.complete, 6000);
    EXPECT_EQ(load.failed + load.non_2xx, 0) << load.output;
    EXPECT_EQ(number("sold"), 3000);
    ASSERT_TRUE(wait_until([&] { return count_stat_lines(one).all == 6000; }));
    EXPECT_EQ(count_stat_lines(one).sold, 3000);
}

// L12: one poll per node every 200 ms, however many threads it has.
TEST_F(Crowd, ThatIsAwayCostsTheLedgerOnePollEachFifthOfASecond) {
    sell({}, {"node.threads=4"});
    std::this_thread::sleep_for(300ms);
    const auto begun = std::chrono::steady_clock::now();
    reset_command_counts(ledger);
    std::int64_t polls = 0;
    EXPECT_TRUE(wait_until([&] { return (polls = command_counts(ledger)["hmget"]) >= 8; }));
    const auto took = std::chrono::steady_clock::now() - begun;
    EXPECT_LE(polls, took / limits::poll_after + 2);
}

TEST_F(Crowd, FindsANewSaleOnEveryThread) {
    const auto& one = start({"node.threads=4"});
    EXPECT_EQ(get(one.port(), "/buy/ticket").status, 404u);
    open();
    const auto known_to_all = [&] {
        for (int i = 0; i < 30; ++i) {  // the kernel spreads them over the threads
            if (get(one.port(), "/buy/ticket").status != 200) return false;
        }
        return true;
    };
    EXPECT_TRUE(wait_until(known_to_all));
}

}  // namespace onsale::test
