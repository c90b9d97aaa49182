#include "integration/node_test.hpp"
#include "support/four_nodes.hpp"
#include "support/nginx_server.hpp"
#include "support/program.hpp"

#include <future>
#include <thread>

// The whole of design §2: Nginx with the project's configuration in front of four nodes.

namespace onsale::test {

class Nginx : public node_test {
  protected:
    void TearDown() override {
        EXPECT_EQ(nodes.stop(), "");
        node_test::TearDown();
    }

    [[nodiscard]] std::string url() const { return ticket_url(nginx.port()); }

    static void expect_clean(const load_report& load) {
        EXPECT_EQ(load.failed, 0) << load.output;
        EXPECT_EQ(load.non_2xx, 0) << load.output;
    }

    void expect_stat_lines(const std::vector<std::int64_t>& wanted) {
        EXPECT_TRUE(wait_until([&] { return nodes.stat_lines() == wanted; }))
            << testing::PrintToString(nodes.stat_lines());
    }

    /// Sells what is left, and then all of it is sold, once, by the logs too.
    void expect_sold_exactly(std::int64_t tickets) {
        for (int i = 0; i < 20 && number("sold") < tickets; ++i) {
            expect_clean(run_ab({"-q", "-l", "-n", "2000", "-c", "50"}, url()));
        }
        EXPECT_EQ(number("sold"), tickets);
        EXPECT_EQ(get(nginx.port(), "/buy/ticket").body, sold_out_body);
    }

    static constexpr std::int64_t total = 5000;
    const bool is_open = ledger.open({.total = total}).verdict == "done";
    four_nodes nodes{redis.endpoint()};
    nginx_server nginx{nodes.ports()};
};

TEST_F(Nginx, SendsOneThousandPurchasesToTheNodesByTheirWeightsExactly) {
    expect_clean(run_ab({"-q", "-l", "-n", "1000", "-c", "100"}, url()));
    expect_stat_lines({100, 200, 300, 400});
}

// P1 and P2, as the article measures it.
TEST_F(Nginx, InFrontOfACrowdOfAbSellsExactlyWhatThereIs) {
    const auto load = run_ab({"-q", "-l", "-n", "20000", "-c", "200"}, url());
    expect_clean(load);
    EXPECT_EQ(load.complete, 20'000);
    EXPECT_EQ(number("sold"), total);
    EXPECT_TRUE(wait_until([&] { return nodes.sold_lines() == total; }));
    const auto verdict = run_program(
        {onsale_binary(), "audit", "demo", "--redis", "unix://" + redis.endpoint().socket});
    EXPECT_EQ(verdict.status, 0) << verdict.output;
}

TEST_F(Nginx, InFrontOfAbWithKeepAliveAndWrkAtOnceSellsExactlyWhatThereIs) {
    auto kept = std::async(std::launch::async, [this] {
        return run_ab({"-q", "-l", "-k", "-n", "8000", "-c", "50"}, url());
    });
    auto wrk = std::async(std::launch::async, [this] {
        return run_wrk({"-t1", "-c50", "-d2s"}, url());
    });
    expect_clean(kept.get());
    expect_clean(wrk.get());
    expect_sold_exactly(total);
    EXPECT_TRUE(wait_until([&] { return nodes.sold_lines() == total; }));
}

// One node, then a second one; those that are left sell all, and nobody notices. By POST, which is
// tried again only because ids make that safe.
TEST_F(Nginx, HidesNodesThatAreKilledInTheMiddle) {
    auto load = std::async(std::launch::async, [this] {
        return run_ab({"-q", "-l", "-n", "12000", "-c", "100", "-p", "/dev/null"}, url());
    });
    ASSERT_TRUE(wait_until([&] { return number("sold") > 500; }));
    nodes[3].kill();
    ASSERT_TRUE(wait_until([&] { return number("sold") > 1500; }));
    nodes[1].kill();
    expect_clean(load.get());
    expect_sold_exactly(total);
}

TEST_F(Nginx, TakesANodeBack) {
    nodes[3].kill();
    expect_clean(run_ab({"-q", "-l", "-n", "200", "-c", "20"}, url()));
    nodes[3].start();
    const auto before = nodes.stat_lines()[3];
    EXPECT_TRUE(wait_until([&] {
        expect_clean(run_ab({"-q", "-l", "-n", "20", "-c", "2"}, url()));
        return nodes.stat_lines()[3] > before;
    }));
}

TEST_F(Nginx, KeepsOperatorsPathsToItself) {
    for (const std::string path : {"/metrics", "/healthz", "/readyz", "/", "/buy", "/v1"}) {
        SCOPED_TRACE(path);
        const auto told = get(nginx.port(), path);
        EXPECT_EQ(told.status, 404u);
        EXPECT_EQ(told.header("content-type"), "application/json");
        EXPECT_EQ(told.at("reason"), "not_found");
    }
}

// L15: else anybody could name the purchase of somebody else.
TEST_F(Nginx, NamesPurchasesItselfWhateverTheClientSays) {
    const std::vector<std::string> id{"X-Request-ID: mine"};
    const auto first = get(nginx.port(), "/buy/ticket", id);
    const auto second = get(nginx.port(), "/buy/ticket", id);
    EXPECT_NE(first.at("data.reservation"), second.at("data.reservation"));
    EXPECT_EQ(number("sold"), 2);
}

TEST_F(Nginx, HandsOnWhatMakesAPurchase) {
    const std::vector<std::string> headers{"Idempotency-Key: k", "Content-Type: application/json"};
    const auto told = post(nginx.port(), reserve_path, order_of("ada", 2), headers);
    EXPECT_EQ(told.status, 201u) << told.body;
    EXPECT_EQ(told.at("buyer"), "ada");
    const auto again = post(nginx.port(), reserve_path, order_of("ada", 2), headers);
    EXPECT_EQ(again.status, 200u);
    EXPECT_EQ(again.body, told.body);
    EXPECT_EQ(get(nginx.port(), told.header("location")).body, told.body);
    EXPECT_EQ(get(nginx.port(), "/v1/sales/demo").at("total"), std::to_string(total));
    EXPECT_EQ(get(nginx.port(), "/buy/ticket?buyer=bob&sale=other").at("reason"), "no_sale");
}

TEST_F(Nginx, RefusesInJsonAsTheNodesDo) {
    const auto expect_json = [&](const std::string& bytes, unsigned status) {
        SCOPED_TRACE(bytes.substr(0, 100));
        http_client client{nginx.port()};
        client.send(bytes);
        const auto told = client.receive();
        EXPECT_EQ(told.status, status) << told.body;
        EXPECT_EQ(told.header("content-type").substr(0, 12), "application/") << told.body;
        EXPECT_NE(told.at("code"), "") << told.body;
    };
    expect_json(http_request("GET", "/nothing"), 404);
    expect_json(http_request("POST", "/buy/ticket", {}, std::string(2000, 'x')), 413);
    expect_json(http_request("POST", reserve_path, {}, std::string(2000, 'x')), 413);
    expect_json(http_request("GET", "/buy/ticket", {"X: " + std::string(9000, 'x')}), 431);
    expect_json(http_request("GET", "/" + std::string(9000, 'x')), 414);
    expect_json("GET /buy/ticket HTTP/1.1\r\n\r\n", 400);
    for (std::size_t i = 0; i < 4; ++i) {
        nodes[i].kill();
    }
    expect_json(http_request("GET", "/buy/ticket"), 503);
    expect_json(http_request("POST", reserve_path, {}, "{}"), 503);
    EXPECT_EQ(get(nginx.port(), "/buy/ticket").header("retry-after"), "1");
    EXPECT_EQ(get(nginx.port(), "/buy/ticket").at("code"), "-3");
    EXPECT_EQ(post(nginx.port(), reserve_path, "{}").at("code"), "busy");
}

}  // namespace onsale::test
