#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <random>
#include <thread>

// All faults at once, by chance. A run is replayed with ONSALE_SEED=N (as far as threads allow).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

unsigned choose_seed() {
    const char* given = std::getenv("ONSALE_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                            : std::random_device{}();
}

/// Does something nasty each time it is asked.
class gremlin {
  public:
    gremlin(stage& on, unsigned seed) : on_{on}, chance_{seed} {}

    void act() {
        auto& gate = *on_.gates[number(on_.gates.size())];
        switch (number(9)) {
            case 0:
            case 1:
                return gate.drop_replies();
            case 2:
                return gate.cut();
            case 3:
                return gate.cut_replies_after(number(2'000));
            case 4:
                return gate.stall();
            case 5:
                return gate.release();
            case 6:
                return on_.redis.flush_scripts();
            case 7:
                return silence_redis();
            default:
                return restart_a_node();
        }
    }

  private:
    [[nodiscard]] std::size_t number(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>{0, below - 1}(chance_);
    }

    void silence_redis() {
        on_.redis.process().send(SIGSTOP);
        std::this_thread::sleep_for(std::chrono::milliseconds{number(900)});
        on_.redis.process().send(SIGCONT);
    }

    void restart_a_node() {
        auto& one = *on_.nodes[number(on_.nodes.size())];
        one.kill();
        one.start();
    }

    stage& on_;
    std::mt19937 chance_;
};

TEST(AllFaults, InAnyOrderBreakNoPromise) {
    const auto seed = choose_seed();
    SCOPED_TRACE("ONSALE_SEED=" + std::to_string(seed));
    stage on{{.nodes = 3, .gates = true, .total = 1'500}};
    auto chosen = on.visitors(1'600);
    chosen.connections = 16;
    chosen.tries = 500;
    chosen.pause = 20ms;
    crowd buyers{chosen};
    buyers.start();
    gremlin nasty{on, seed};
    const auto end = std::chrono::steady_clock::now() + 12s;
    while (buyers.size() < 1'500 && std::chrono::steady_clock::now() < end) {
        nasty.act();
        std::this_thread::sleep_for(80ms);
    }
    for (const auto& gate : on.gates) {
        gate->release();
    }
    buyers.join();
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_EQ(on.sold(), 1'500);
    EXPECT_LT(buyers.slowest(), 4s);
}

}  // namespace

}  // namespace onsale::test
