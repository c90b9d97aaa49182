#include "integration/node_test.hpp"

// /buy/ticket, the buyer's API of design §6.

namespace onsale::test {

using Ticket = node_test;

namespace {

void expect_refusal(const http_answer& told, unsigned status, const std::string& code,
                    const std::string& reason) {
    EXPECT_EQ(told.status, status) << told.body;
    EXPECT_EQ(told.at("code"), code) << told.body;
    EXPECT_EQ(told.at("reason"), reason) << told.body;
    EXPECT_EQ(told.header("content-type"), "application/json");
    EXPECT_EQ(told.header("cache-control"), "no-store");
    EXPECT_EQ(told.header("retry-after"), status == 503 ? "1" : "");
}

}  // namespace

TEST_F(Ticket, IsSoldByGetAndByPostAndNumberedFromOne) {
    const auto& one = sell();
    const auto first = get(one.port(), "/buy/ticket");
    EXPECT_EQ(first.status, 200u);
    EXPECT_EQ(first.header("content-type"), "application/json");
    EXPECT_EQ(first.header("cache-control"), "no-store");
    EXPECT_EQ(first.header("content-length"), std::to_string(first.body.size()));
    const auto data = R"({"code":1,"msg":"抢票成功","data":{"reservation":")" +
                      first.at("data.reservation") + R"(","sale":"demo","ticket":1,"pay_by":")" +
                      first.at("data.pay_by") + R"("}})";
    EXPECT_EQ(first.body, data);
    EXPECT_TRUE(has_shape(first.at("data.reservation"), id_shape)) << first.body;
    EXPECT_TRUE(has_shape(first.at("data.pay_by"), time_shape)) << first.body;
    EXPECT_EQ(post(one.port(), "/buy/ticket").at("data.ticket"), "2");
    EXPECT_EQ(post(one.port(), "/buy/ticket", "anything").at("data.ticket"), "3");
    EXPECT_EQ(number("sold"), 3);
}

TEST_F(Ticket, IsOfTheSaleAndForTheBuyerThatTheQueryNames) {
    ledger_client other{session, "G101-2027-02-01"};
    other.open({.total = 7});
    const auto& one = sell();
    const auto bought = get(one.port(), "/buy/ticket?sale=G101-2027-02-01&b%75yer=ada+l%21&x=y");
    EXPECT_EQ(bought.at("data.sale"), "G101-2027-02-01");
    EXPECT_EQ(other.field("sold"), "1");
    EXPECT_EQ(number("sold"), 0);
    const auto shown = get(one.port(), "/v1/reservations/" + bought.at("data.reservation"));
    EXPECT_EQ(shown.at("buyer"), "ada l!");
    EXPECT_EQ(describe(breaches_of_law(other)), "");
}

TEST_F(Ticket, WhenSoldOutIsTwentyNineBytesForEverybody) {
    const auto& one = sell({.total = 3});
    http_client client{one.port()};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(client.get("/buy/ticket").at("code"), "1");
    }
    for (int i = 0; i < 10; ++i) {
        const auto told = client.get("/buy/ticket");
        EXPECT_EQ(told.status, 200u);
        EXPECT_EQ(told.body, sold_out_body);
        EXPECT_EQ(told.header("content-length"), "29");
        EXPECT_EQ(told.header("cache-control"), "no-store");
    }
}

TEST_F(Ticket, IsRefusedForBadInputByAName) {
    const auto& one = sell();
    const auto refused = [&](const std::string& target, const std::string& reason) {
        expect_refusal(get(one.port(), target), 400, "-4", reason);
    };
    refused("/buy/ticket?sale=-x", "bad_sale");
    refused("/buy/ticket?sale=" + std::string(65, 'a'), "bad_sale");
    refused("/buy/ticket?sale=a%2Fb", "bad_sale");
    refused("/buy/ticket?buyer=", "bad_buyer");
    refused("/buy/ticket?buyer=a%0Ab", "bad_buyer");
    refused("/buy/ticket?buyer=%C3%A9", "bad_buyer");
    refused("/buy/ticket?buyer=" + std::string(129, 'a'), "bad_buyer");
    refused("/buy/ticket?buyer=a&buyer=b", "bad_query");
    refused("/buy/ticket?buyer=%zz", "bad_query");
    const std::string key = "Idempotency-Key: " + std::string(129, 'k');
    expect_refusal(get(one.port(), "/buy/ticket", {key}), 400, "-4", "bad_key");
    EXPECT_EQ(number("sold"), 0);
}

TEST_F(Ticket, OfAnUnknownSaleIsA404) {
    const auto& one = sell();
    expect_refusal(get(one.port(), "/buy/ticket?sale=other"), 404, "-4", "no_sale");
    expect_refusal(post(one.port(), "/buy/ticket?sale=other"), 404, "-4", "no_sale");
}

TEST_F(Ticket, IsRefusedWhilePausedAndForGoodWhenClosed) {
    const auto& one = sell();
    adjust("pause");
    expect_refusal(get(one.port(), "/buy/ticket"), 200, "-2", "paused");
    adjust("resume");
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("code"), "1");
    adjust("close");
    expect_refusal(get(one.port(), "/buy/ticket"), 200, "-2", "closed");
}

TEST_F(Ticket, IsRefusedBeforeTheOpening) {
    const auto now = ledger.read().says.says.now;
    const auto& one = sell({.opens_ms = now + 3'600'000});
    expect_refusal(get(one.port(), "/buy/ticket"), 200, "-2", "not_open");
}

TEST_F(Ticket, IsRefusedBeyondTheBuyersLimit) {
    const auto& one = sell({.limit = 1});
    EXPECT_EQ(get(one.port(), "/buy/ticket?buyer=ada").at("code"), "1");
    expect_refusal(get(one.port(), "/buy/ticket?buyer=ada"), 200, "-2", "limit_reached");
    EXPECT_EQ(get(one.port(), "/buy/ticket?buyer=bob").at("code"), "1");
}

TEST_F(Ticket, OfARestockIsSoldWithinASecond) {
    const auto& one = sell({.total = 1});
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("data.ticket"), "1");
    EXPECT_EQ(get(one.port(), "/buy/ticket").body, sold_out_body);
    adjust("restock_by", 1);
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("data.ticket"), "2");
    EXPECT_EQ(get(one.port(), "/buy/ticket").body, sold_out_body);
}

TEST_F(Ticket, MayAskForABuyersName) {
    const auto& one = sell({}, {"node.require_buyer=true"});
    expect_refusal(get(one.port(), "/buy/ticket"), 400, "-4", "bad_buyer");
    EXPECT_EQ(get(one.port(), "/buy/ticket?buyer=ada").at("code"), "1");
    const auto told = post(one.port(), reserve_path, R"({"quantity":1})");
    EXPECT_EQ(told.status, 400u);
    EXPECT_EQ(told.at("code"), "bad_buyer");
}

// P10, fail closed: a node that has no ledger sells nothing and says "please try again".
TEST_F(Ticket, WithoutALedgerIsA503) {
    const auto& one = start(
        node::options{.settings = {"redis.socket=/nowhere/redis.sock"}, .becomes_ready = false});
    ASSERT_TRUE(wait_until([&] { return one.readiness() == 503; }));
    expect_refusal(get(one.port(), "/buy/ticket"), 503, "-3", "busy");
    expect_refusal(post(one.port(), "/buy/ticket"), 503, "-3", "busy");
    EXPECT_EQ(get(one.port(), "/v1/sales/demo").status, 503u);
    EXPECT_EQ(get(one.port(), "/v1/reservations/demo." + id_of(1)).status, 503u);
    EXPECT_EQ(post(one.port(), reserve_path, order_of("ada")).at("code"), "busy");
}

}  // namespace onsale::test
