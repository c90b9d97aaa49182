#include "integration/node_test.hpp"

// What can be looked at (design §6): reservations, sales, the operators' pages.

namespace onsale::test {

using Show = node_test;

TEST_F(Show, AReservationIsWhatItsBuyerWasTold) {
    const auto& one = sell();
    const auto told = post(one.port(), reserve_path, order_of("ada", 2));
    const auto shown = get(one.port(), told.header("location"));
    EXPECT_EQ(shown.status, 200u);
    EXPECT_EQ(shown.body, told.body);
    EXPECT_EQ(shown.header("content-type"), "application/json");
}

TEST_F(Show, AReservationWithoutABuyerIsItsOwn) {
    const auto& one = sell();
    const auto id = get(one.port(), "/buy/ticket").at("data.reservation");
    const auto shown = get(one.port(), "/v1/reservations/" + id);
    EXPECT_EQ(shown.at("reservation"), id);
    EXPECT_EQ(shown.at("buyer"), id);
    EXPECT_EQ(shown.at("tickets"), "[1]");
}

TEST_F(Show, AReservationThatHasEndedSaysHow) {
    const auto& one = sell();
    const auto told = post(one.port(), reserve_path, order_of("ada"));
    ledger.settle(told.at("reservation").substr(5), reservation_state::expired);
    const auto shown = get(one.port(), told.header("location"));
    EXPECT_EQ(shown.status, 200u);
    EXPECT_EQ(shown.at("state"), "expired");
    EXPECT_EQ(shown.at("tickets"), "[]");
}

// It may be on its way: a well-formed id of an open sale may be asked for again.
TEST_F(Show, AnUnknownReservationIsA404ThatMayChange) {
    const auto& one = sell();
    const auto none = "/v1/reservations/demo." + id_of(1);
    const auto missing = get(one.port(), none);
    EXPECT_EQ(missing.status, 404u);
    EXPECT_EQ(missing.at("code"), "no_reservation");
    EXPECT_EQ(missing.header("retry-after"), "1");
    adjust("close");
    EXPECT_EQ(get(one.port(), none).status, 404u);
    EXPECT_EQ(get(one.port(), none).header("retry-after"), "");
    for (const auto& id : {"other." + id_of(1), std::string{"demo.12"}, std::string{"x"},
                           std::string{}, "demo." + std::string(32, 'G')}) {
        SCOPED_TRACE(id);
        const auto path = "/v1/reservations/" + id;
        EXPECT_TRUE(wait_until([&] { return get(one.port(), path).status == 404; }));
        const auto shown = get(one.port(), path);
        EXPECT_EQ(shown.status, 404u);
        EXPECT_EQ(shown.at("code"), "no_reservation");
        EXPECT_EQ(shown.header("retry-after"), "");
    }
}

TEST_F(Show, ASaleIsTheWordOfTheLedger) {
    const auto& one = sell({.total = 10});
    post(one.port(), reserve_path, order_of("ada", 3));
    const auto told = post(one.port(), reserve_path, order_of("bob", 2));
    ledger.settle(told.at("reservation").substr(5), reservation_state::paid);
    const auto paid = [&] { return get(one.port(), "/v1/sales/demo").at("paid") == "2"; };
    ASSERT_TRUE(wait_until(paid));
    const auto shown = get(one.port(), "/v1/sales/demo");
    EXPECT_EQ(shown.status, 200u);
    EXPECT_EQ(shown.at("sale"), "demo");
    EXPECT_EQ(shown.at("state"), "open");
    EXPECT_EQ(shown.at("total"), "10");
    EXPECT_EQ(shown.at("remaining"), "5");
    EXPECT_EQ(shown.at("held"), "3");
    EXPECT_TRUE(has_shape(shown.at("opens"), time_shape)) << shown.body;
    EXPECT_TRUE(has_shape(shown.at("as_of"), time_shape)) << shown.body;
    EXPECT_EQ(get(one.port(), "/v1/sales/other").at("code"), "no_sale");
}

TEST_F(Show, OfOperatorsPagesTellsHealthReadinessAndCounts) {
    const auto& one = sell({.total = 1});
    EXPECT_EQ(get(one.port(), "/healthz").body, "ok\n");
    EXPECT_EQ(get(one.port(), "/readyz").body, "ready\n");
    get(one.port(), "/buy/ticket");
    get(one.port(), "/buy/ticket");
    get(one.port(), "/nothing");
    const auto metrics = get(one.port(), "/metrics");
    EXPECT_EQ(metrics.status, 200u);
    EXPECT_EQ(metrics.header("content-type"), "text/plain; version=0.0.4");
    for (const auto* line : {"onsale_purchases_total{outcome=\"sold\"} 1\n",
                             "onsale_purchases_total{outcome=\"sold_out\"} 1\n"}) {
        EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
    }
}

TEST_F(Show, ReadinessNamesItsReasonsWhenTheLedgerIsNotDurable) {
    const auto& one = sell();
    ledger.command({"CONFIG", "SET", "appendfsync", "everysec"});
    ASSERT_TRUE(wait_until([&] { return one.readiness() == 503; }));
    const auto told = get(one.port(), "/readyz");
    EXPECT_NE(told.body.find("durab"), std::string::npos) << told.body;
    EXPECT_EQ(get(one.port(), "/healthz").status, 200u);
    EXPECT_EQ(get(one.port(), "/buy/ticket").status, 503u);  // L7: refuses, loudly
    ledger.command({"CONFIG", "SET", "appendfsync", "always"});
    EXPECT_TRUE(wait_until([&] { return one.is_ready(); }));
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("code"), "1");
}

TEST_F(Show, OfAnUnknownPathIsA404) {
    const auto& one = sell();
    for (const std::string path : {"/", "/buy", "/buy/ticket/", "/buy/tickets", "/v1", "/v1/sales/",
                                   "/v1/sales/demo/x", "/healthz/", "/v1/sales/demo%2Fx"}) {
        SCOPED_TRACE(path);
        const auto told = get(one.port(), path);
        EXPECT_EQ(told.status, 404u);
        EXPECT_EQ(told.at("code"), "no_path");
        EXPECT_EQ(told.header("content-type"), "application/problem+json");
    }
}

TEST_F(Show, ByAWrongMethodIsA405ThatNamesTheRightOnes) {
    const auto& one = sell();
    const auto expect_allowed = [&](const std::string& method, const std::string& path,
                                    const std::string& allowed) {
        SCOPED_TRACE(method + " " + path);
        const auto told = http_client{one.port()}.ask(method, path);
        EXPECT_EQ(told.status, 405u);
        EXPECT_EQ(told.header("allow"), allowed);
        EXPECT_EQ(told.at("code"), "wrong_method");
    };
    expect_allowed("PUT", "/buy/ticket", "GET, POST");
    expect_allowed("DELETE", "/buy/ticket", "GET, POST");
    expect_allowed("GET", reserve_path, "POST");
    expect_allowed("POST", "/v1/sales/demo", "GET");
    expect_allowed("POST", "/v1/reservations/demo." + id_of(1), "GET, DELETE");
    expect_allowed("POST", "/metrics", "GET");
    expect_allowed("FETCH", "/healthz", "GET");
    EXPECT_EQ(number("sold"), 0);
}

}  // namespace onsale::test
