#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>

// Clients that vanish while their purchase is under way: its answer reaches nobody else (P9).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

/// Closing sends a reset instead of an end.
void reset_on_close(const http_client& one) {
    const linger at_once{1, 0};
    setsockopt(one.descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// Connects, asks, and goes without an answer: by an end, by a reset, or inside the request.
void ask_and_vanish(std::uint16_t port, int number) {
    http_client one{port};
    const std::string name = "goner-" + std::to_string(number);
    auto request =
        http_request("POST", "/v1/sales/G101/reservations", {"Idempotency-Key: key-of-" + name},
                     R"({"buyer":")" + name + R"("})");
    if (number % 3 == 0) request.resize(request.size() / 2);
    if (number % 2 == 0) reset_on_close(one);
    one.send(request);
    std::this_thread::sleep_for(std::chrono::milliseconds{number % 7});
}

class goners {
  public:
    explicit goners(std::uint16_t port) {
        for (int i = 0; i < 6; ++i) {
            threads_.emplace_back([this, port] { come_and_go(port); });
        }
    }

    ~goners() {
        over_ = true;
        for (auto& one : threads_) {
            one.join();
        }
    }

    [[nodiscard]] int count() const { return next_; }

  private:
    void come_and_go(std::uint16_t port) {
        while (!over_ && next_ < 6'000) {
            try {
                ask_and_vanish(port, next_++);
            } catch (const std::runtime_error&) {
                ++failed_;  // no connection: the node is gone, which the crowd will tell
            }
        }
    }

    std::atomic<bool> over_{false};
    std::atomic<int> next_{0};
    std::atomic<int> failed_{0};
    std::vector<std::thread> threads_;
};

TEST(ClientsGone, WithTheirPurchaseInFlightLeaveTheOthersTheirOwnAnswers) {
    stage on{{.nodes = 1, .gates = true, .total = 2 * crowd::endless}};
    on.gates[0]->delay(5ms, 5ms);
    auto chosen = on.visitors();
    chosen.connections = 24;
    crowd buyers{chosen};
    {
        const goners others{on.ports()[0]};
        buyers.start();
        EXPECT_TRUE(wait_until([&] { return others.count() > 500 && buyers.size() > 1'500; }));
        buyers.stop();
        buyers.join();
    }
    EXPECT_EQ(buyers.count(201), buyers.size());
    EXPECT_EQ(broken(buyers, on, {.whole_crowd = false}), "");
    EXPECT_TRUE(on.nodes[0]->is_ready());
    EXPECT_TRUE(wait_until([&] { return metric(on.ports()[0], "onsale_connections") <= 1; }))
        << "whoever has gone is let go";
}

/// The purchase is resent although nobody waits for it any more; its ticket is the key's.
TEST(ClientsGone, WhileTheReplyIsLostFindTheirTicketWhenTheyComeBack) {
    stage on{{.nodes = 1, .gates = true}};
    on.gates[0]->drop_replies_at("goner-1");
    ask_and_vanish(on.ports()[0], 1);
    ASSERT_TRUE(wait_until([&] { return on.sold() == 1; }));
    const auto again = buy_at(on.ports()[0], "goner-1");
    EXPECT_TRUE(again.is_yes());
    EXPECT_EQ(again.buyer, "goner-1");
    EXPECT_EQ(on.sold(), 1);
}

}  // namespace

}  // namespace onsale::test
