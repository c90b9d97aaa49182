#include "support/child.hpp"
#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/nginx_server.hpp"
#include "support/stage.hpp"
#include "support/temporary_directory.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <thread>

// Nodes are killed behind Nginx while everybody buys: the others sell what they would have sold
// (buffer and grants, L9, L10), and no buyer sees a failure.

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

stage::options four_nodes() {
    return {.nodes = 4,
            .total = crowd::endless,
            .settings = {"node.trust_request_id=true", "node.default_sale=G101"},
            .weights = {1, 2, 3, 4}};
}

/// ApacheBench in the background, until it is told to stop.
class bench {
  public:
    explicit bench(std::uint16_t port)
        : process_{{"ab", "-l", "-q", "-n", "1000000", "-c", "50",
                    "http://127.0.0.1:" + std::to_string(port) + "/buy/ticket"},
                   directory_.path() / "ab.txt"} {}

    /// What it says of the requests so far, and no more come.
    std::string report() {
        process_.send(SIGINT);
        EXPECT_TRUE(process_.wait(long_enough));
        return text_of(directory_.path() / "ab.txt");
    }

  private:
    temporary_directory directory_;
    child process_;
};

/// The number in ab's line `name:   N`; 0 if there is no such line.
std::int64_t line_of(const std::string& report, const std::string& name) {
    const auto at = report.find(name + ":");
    return at == std::string::npos ? 0 : std::stoll(report.substr(at + name.size() + 1));
}

class NodesKilled : public testing::TestWithParam<std::vector<std::size_t>> {};

TEST_P(NodesKilled, TheOthersSellEverythingAndNobodySeesAFailure) {
    stage on{four_nodes()};
    const nginx_server nginx{on.ports()};
    bench buyers{nginx.port()};
    ASSERT_TRUE(wait_until([&] { return on.sold() > 400; }));
    for (const auto number : GetParam()) {
        on.nodes[number]->kill();
    }
    const auto killed = on.sold();
    EXPECT_TRUE(wait_until([&] { return on.sold() > killed + 1'000; }));
    on.withdraw_all_but(200);
    EXPECT_TRUE(wait_until([&] { return on.sold() == on.total(); }));
    const auto report = buyers.report();
    EXPECT_GT(line_of(report, "Complete requests"), killed + 1'000) << report;
    EXPECT_EQ(line_of(report, "Failed requests"), 0) << report;
    EXPECT_EQ(line_of(report, "Non-2xx responses"), 0) << report;
    EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");

    for (const auto number : GetParam()) {
        on.nodes[number]->start();
    }
    on.ledger().adjust("restock_by", 100);
    EXPECT_TRUE(on.all_sell()) << "each of them, those restarted too";
}

INSTANTIATE_TEST_SUITE_P(
    Of, NodesKilled, testing::Values(std::vector<std::size_t>{3}, std::vector<std::size_t>{1, 3}),
    [](const auto& tested) { return tested.param.size() == 1 ? "One" : "Two"; });

/// Nginx sends a purchase to the next node when one dies under it, with the same request id: the
/// purchase is the same, so nobody gets two tickets.
TEST(NodeKilled, UnderAKeyedPurchaseSellsItOnce) {
    stage on{four_nodes()};
    const nginx_server nginx{on.ports()};
    auto chosen = on.visitors();
    chosen.ports = {nginx.port()};
    chosen.tries = 100;
    chosen.pause = 5ms;
    crowd buyers{chosen};
    buyers.start();
    for (const std::size_t number : {3, 2, 1}) {
        const auto before = buyers.size();
        ASSERT_TRUE(wait_until([&] { return buyers.size() > before + 150; }));
        on.nodes[number]->kill();
        std::this_thread::sleep_for(100ms);
        on.nodes[number]->start();
    }
    buyers.stop();
    buyers.join();
    EXPECT_EQ(broken(buyers, on), "");
    EXPECT_EQ(on.sold(), buyers.size()) << "everybody who came";
}

}  // namespace

}  // namespace onsale::test
