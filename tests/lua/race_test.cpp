#include "lua/ledger_test.hpp"
#include "support/on_threads.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <thread>

// Pay, cancel and expire meet at the pay-by: exactly one of them wins (P7, L20, L21).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr int rounds = 30;
constexpr int at_once = 100;

/// A reservation, and the instant by the ledger's clock, which is this machine's, when it is due.
struct due_at {
    std::string id;
    std::int64_t ms = 0;
};

/// Calls `act` for each, in the order of instants that are up to 5 ms from when it is due.
template <class Action>
void around(const std::vector<due_at>& all, unsigned seed, Action act) {
    std::mt19937 chance{seed};
    std::uniform_int_distribution<std::int64_t> off{-5'000, 5'000};
    std::vector<std::pair<std::int64_t, std::string>> order;
    for (const auto& one : all) {
        order.emplace_back(one.ms * 1'000 + off(chance), one.id);
    }
    std::sort(order.begin(), order.end());
    for (const auto& [instant, id] : order) {
        std::this_thread::sleep_until(
            std::chrono::system_clock::time_point{std::chrono::microseconds{instant}});
        act(id);
    }
}

}  // namespace

class Race : public ledger_test {};

TEST_F(Race, P7AtThePayByExactlyOneOfPayCancelAndExpireWins) {
    open({.total = rounds * at_once, .hold_ms = 60});
    std::map<std::string, int> winners;
    for (int round = 0; round < rounds; ++round) {
        std::vector<due_at> all;
        for (const auto& item : ledger.reserve(wishes(1 + round * at_once, at_once)).items) {
            all.push_back({item.id, item.details().pay_by});
        }
        std::map<std::string, std::string> paid;
        std::map<std::string, std::string> cancelled;
        const auto seed = static_cast<unsigned>(3 * round);
        on_threads(3, [&](int thread) {
            auto own = server().connect();
            ledger_client client{own, ledger.sale()};
            around(all, seed + static_cast<unsigned>(thread), [&](const std::string& id) {
                if (thread == 0) {
                    const settlement asked{id, "pay", "pay-1", price, id_of(-1)};
                    paid[id] = client.settle_one(asked, {.rebuy = false}).status;
                } else if (thread == 1) {
                    cancelled[id] = client.settle_one({id, "cancel"}).status;
                } else {
                    client.sweep(1);
                }
            });
        });
        ledger.sweep();
        for (const auto& one : all) {
            const auto record = ledger.read({one.id}).items.at(0).details();
            const std::string state{name_of(record.state)};
            ++winners[state];
            EXPECT_NE(state, "held") << "its pay-by is over, and it was swept";
            EXPECT_EQ(paid[one.id] == "done", state == "paid");
            EXPECT_EQ(cancelled[one.id] == "done", state == "cancelled");
            EXPECT_EQ(record.refund_due, state == "paid" ? 0 : price) << "he paid, or is owed";
            EXPECT_TRUE(state != "paid" || record.settled < record.pay_by);
            EXPECT_TRUE(state != "expired" || record.settled >= record.pay_by);
        }
    }
    std::cout << "paid " << winners["paid"] << ", cancelled " << winners["cancelled"]
              << ", expired " << winners["expired"] << '\n';
    EXPECT_EQ(winners["paid"] + winners["cancelled"] + winners["expired"], rounds * at_once);
    EXPECT_EQ(ledger.read().says.says.sold, winners["paid"]);
}

}  // namespace onsale::test
