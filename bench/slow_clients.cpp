#include "support/http_client.hpp"
#include "support/many_clients.hpp"
#include "support/nginx_server.hpp"
#include "support/on_threads.hpp"
#include "support/program.hpp"
#include "support/stage.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

// What others cost a good buyer: 500 who send a byte a second, 15,000 who are idle. Straight to a
// node and through Nginx; buying tickets (Redis with appendfsync always), and told that all are
// sold. The three are measured in turn, so that the machine's mood is the same for all of them.
//
//   slow_clients [ROUNDS [SECONDS]]

namespace onsale::test {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int buyers = 8;
constexpr auto between_purchases = 20ms;  // of a buyer: 400 purchases a second in all
constexpr std::size_t slow_count = 500;
constexpr std::size_t idle_count = 15'000;
/// Until all are there, and what their coming leaves behind (acknowledgements that TCP delays) is
/// done: it is their being there that is measured.
constexpr auto settling = 1s;

struct plan {
    int rounds = 5;
    int seconds = 3;
};

struct latencies {
    std::vector<double> ms{};
    int failed = 0;
};

/// Latencies count from when a purchase was due: a server that stops makes the next ones late, too.
latencies buy_for(std::chrono::seconds time, std::uint16_t port, bool sells) {
    std::vector<latencies> each(buyers);
    on_threads(buyers, [&](int which) {
        auto& mine = each.at(static_cast<std::size_t>(which));
        http_client client{port};
        const auto begin = clock::now() + which * between_purchases / buyers;
        for (auto due = begin; due < begin + time; due += between_purchases) {
            std::this_thread::sleep_until(due);
            const auto told = client.get("/buy/ticket?sale=G101").at("code");
            const std::chrono::duration<double, std::milli> took = clock::now() - due;
            mine.ms.push_back(took.count());
            mine.failed += told == (sells ? "1" : "-1") ? 0 : 1;
        }
    });
    latencies all;
    for (const auto& one : each) {
        all.ms.insert(all.ms.end(), one.ms.begin(), one.ms.end());
        all.failed += one.failed;
    }
    std::sort(all.ms.begin(), all.ms.end());
    return all;
}

double percentile(const latencies& of, double share) {
    return of.ms.at(static_cast<std::size_t>(share * static_cast<double>(of.ms.size() - 1)));
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
}

/// Of one kind of company, over the rounds.
struct figures {
    std::vector<double> p50{};
    std::vector<double> p99{};
    std::size_t purchases = 0;
    int failed = 0;

    void add(const latencies& round) {
        p50.push_back(percentile(round, 0.5));
        p99.push_back(percentile(round, 0.99));
        purchases += round.ms.size();
        failed += round.failed;
    }
};

void print(const char* where, const char* company, const figures& of, double alone) {
    const auto p99 = median(of.p99);
    std::printf("%-28s %-22s %8.2f %8.2f %7.2fx %8zu %6d\n", where, company, median(of.p50), p99,
                p99 / alone, of.purchases, of.failed);
    std::fflush(stdout);
}

void compare(const char* where, std::uint16_t port, bool sells, const plan& chosen) {
    const std::chrono::seconds time{chosen.seconds};
    figures alone;
    figures beside_slow;
    figures beside_idle;
    for (int round = 0; round < chosen.rounds; ++round) {
        alone.add(buy_for(time, port, sells));
        {
            const slow_clients slow{port, slow_count};
            std::this_thread::sleep_for(settling);
            beside_slow.add(buy_for(time, port, sells));
        }
        {
            const idle_clients idle{port, idle_count, "/v1/sales/G101"};
            std::this_thread::sleep_for(settling);
            beside_idle.add(buy_for(time, port, sells));
        }
        std::this_thread::sleep_for(2s);  // until all have gone: that is work, too
    }
    const auto base = median(alone.p99);
    print(where, "alone", alone, base);
    print(where, "500 slow", beside_slow, base);
    print(where, "15,000 idle", beside_idle, base);
}

void measure(const plan& chosen) {
    allow_many_connections();
    stage on{{.nodes = 1, .total = 10'000'000}};
    const auto node = on.ports()[0];
    const nginx_server nginx{std::vector<std::uint16_t>(4, node)};
    std::printf("%d rounds of %d s each, medians of the rounds' figures, milliseconds\n\n",
                chosen.rounds, chosen.seconds);
    std::printf("%-28s %-22s %8s %8s %8s %8s %6s\n", "good buyers", "beside", "p50", "p99",
                "to alone", "asked", "failed");
    compare("node, buying", node, true, chosen);
    compare("Nginx and node, buying", nginx.port(), true, chosen);
    on.withdraw_all_but(0);
    std::this_thread::sleep_for(1s);  // the node has heard of it
    compare("node, sold out", node, false, chosen);
    compare("Nginx and node, sold out", nginx.port(), false, chosen);
}

}  // namespace

}  // namespace onsale::test

int main(int argc, char** argv) {
    onsale::test::plan chosen;
    if (argc > 1) chosen.rounds = std::max(1, std::atoi(argv[1]));
    if (argc > 2) chosen.seconds = std::max(1, std::atoi(argv[2]));
    onsale::test::measure(chosen);
}
