#include "integration/node_test.hpp"

// POST /v1/sales/{sale}/reservations, the shops' API of design §6.

namespace onsale::test {

class Reservation : public node_test {
  protected:
    http_answer reserve(const node& by, const std::string& body, const std::string& key = {}) {
        const auto headers =
            key.empty() ? std::vector<std::string>{} : std::vector{"Idempotency-Key: " + key};
        return post(by.port(), reserve_path, body, headers);
    }

    void expect_problem(const http_answer& told, unsigned status, const std::string& code) {
        EXPECT_EQ(told.status, status) << told.body;
        EXPECT_EQ(told.at("status"), std::to_string(status)) << told.body;
        EXPECT_EQ(told.at("code"), code) << told.body;
        EXPECT_FALSE(told.at("title").empty()) << told.body;
        EXPECT_FALSE(told.at("detail").empty()) << told.body;
        EXPECT_EQ(told.header("content-type"), "application/problem+json");
        EXPECT_EQ(told.header("cache-control"), "no-store");
        EXPECT_EQ(told.header("content-length"), std::to_string(told.body.size()));
    }
};

TEST_F(Reservation, HoldsTheTicketsAskedForAndSaysWhere) {
    const auto& one = sell({.hold_ms = 900'000});
    const auto told = reserve(one, order_of("ada", 3));
    EXPECT_EQ(told.status, 201u);
    EXPECT_EQ(told.header("content-type"), "application/json");
    EXPECT_EQ(told.header("cache-control"), "no-store");
    EXPECT_EQ(told.header("location"), "/v1/reservations/" + told.at("reservation"));
    const auto body = R"({"reservation":")" + told.at("reservation") +
                      R"(","sale":"demo","buyer":"ada","state":"held","quantity":3,)" +
                      R"("tickets":[1,2,3],"pay_by":")" + told.at("pay_by") +
                      R"(","ordered":false})";
    EXPECT_EQ(told.body, body);
    EXPECT_TRUE(has_shape(told.at("reservation"), id_shape)) << told.body;
    EXPECT_TRUE(has_shape(told.at("pay_by"), time_shape)) << told.body;
    EXPECT_EQ(number("sold"), 3);
}

TEST_F(Reservation, IsForOneAndForItsOwnIdIfNothingIsSaid) {
    const auto& one = sell();
    const auto told = reserve(one, "{}");
    EXPECT_EQ(told.status, 201u);
    EXPECT_EQ(told.at("tickets"), "[1]");
    EXPECT_EQ(told.at("buyer"), told.at("reservation"));
}

TEST_F(Reservation, OfAKnownKeyIsTheSameAnswerAgainWithStatus200) {
    const auto& one = sell();
    const auto first = reserve(one, order_of("ada", 2), "k1");
    const auto again = reserve(one, order_of("ada", 2), "k1");
    EXPECT_EQ(first.status, 201u);
    EXPECT_EQ(again.status, 200u);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("location"), first.header("location"));
    EXPECT_EQ(number("sold"), 2);
}

TEST_F(Reservation, OfAKnownKeyForSomethingElseIsA422) {
    const auto& one = sell();
    EXPECT_EQ(reserve(one, order_of("ada", 2), "k1").status, 201u);
    expect_problem(reserve(one, order_of("ada", 3), "k1"), 422, "key_reused");
    EXPECT_EQ(number("sold"), 2);
}

// A stranger's key finds nothing of hers: ids are made of sale, buyer and key (L15).
TEST_F(Reservation, OfAnothersKeyIsAnotherReservation) {
    const auto& one = sell();
    const auto hers = reserve(one, order_of("ada"), "k1");
    const auto his = reserve(one, order_of("bob"), "k1");
    EXPECT_EQ(his.status, 201u);
    EXPECT_NE(his.at("reservation"), hers.at("reservation"));
}

TEST_F(Reservation, OfAnEndedKeyIsNeverASuccess) {
    const auto& one = sell();
    const auto first = reserve(one, order_of("ada"), "k1");
    const auto id = first.at("reservation").substr(std::string{"demo."}.size());
    ledger.settle(id, reservation_state::cancelled);
    const auto again = reserve(one, order_of("ada"), "k1");
    expect_problem(again, 409, "ended");
    EXPECT_EQ(again.at("state"), "cancelled");
    EXPECT_EQ(again.at("reservation"), first.at("reservation"));
    const auto ticket = get(one.port(), "/buy/ticket?buyer=ada", {"Idempotency-Key: k1"});
    EXPECT_EQ(ticket.at("code"), "-2") << ticket.body;
    EXPECT_EQ(ticket.at("reason"), "ended") << ticket.body;
}

// L13: she has her ticket, whatever is left for others.
TEST_F(Reservation, OfAWinnerIsFoundAgainWhenAllIsSold) {
    const auto& one = sell({.total = 1});
    const auto first = reserve(one, order_of("ada"), "k1");
    expect_problem(reserve(one, order_of("bob"), "k2"), 409, "sold_out");
    const auto again = reserve(one, order_of("ada"), "k1");
    EXPECT_EQ(again.status, 200u);
    EXPECT_EQ(again.body, first.body);
}

TEST_F(Reservation, OfMoreThanAreLeftSaysHowManyAre) {
    const auto& one = sell({.total = 3});
    EXPECT_EQ(reserve(one, order_of("ada", 1)).status, 201u);
    const auto told = reserve(one, order_of("bob", 3));
    expect_problem(told, 409, "too_few");
    EXPECT_EQ(told.at("remaining"), "2");
    EXPECT_EQ(reserve(one, order_of("bob", 2)).status, 201u);
    const auto none = reserve(one, order_of("cyd", 1));
    expect_problem(none, 409, "sold_out");
    EXPECT_EQ(none.at("remaining"), "0");
}

TEST_F(Reservation, BeyondTheBuyersLimitIsA403) {
    const auto& one = sell({.limit = 2});
    EXPECT_EQ(reserve(one, order_of("ada", 2)).status, 201u);
    expect_problem(reserve(one, order_of("ada", 1)), 403, "limit_reached");
    expect_problem(reserve(one, order_of("bob", 3)), 403, "limit_reached");
    EXPECT_EQ(number("sold"), 2);
}

// L17: a reserve-and-cancel loop cannot fill Redis.
TEST_F(Reservation, BeyondTheHundredthOfABuyerIsA403) {
    const auto& one = sell({.total = 500});
    http_client client{one.port()};
    for (int i = 0; i < 100; ++i) {
        ASSERT_EQ(client.post(reserve_path, order_of("ada")).status, 201u) << i;
    }
    expect_problem(client.post(reserve_path, order_of("ada")), 403, "too_many_reservations");
    EXPECT_EQ(client.post(reserve_path, order_of("bob")).status, 201u);
}

TEST_F(Reservation, IsRefusedByTheSalesState) {
    const auto& one = sell();
    adjust("pause");
    expect_problem(reserve(one, order_of("ada")), 409, "paused");
    adjust("close");
    expect_problem(reserve(one, order_of("ada")), 409, "closed");
    ledger_client later{session, "later"};
    later.open({.opens_ms = ledger.read().says.says.now + 3'600'000});
    ASSERT_TRUE(wait_until([&] { return get(one.port(), "/v1/sales/later").status == 200; }));
    expect_problem(post(one.port(), "/v1/sales/later/reservations", order_of("ada")), 409,
                   "not_open");
}

TEST_F(Reservation, IsRefusedForBadInputByAName) {
    const auto& one = sell();
    for (const std::string body :
         {"x", "[]", R"({"buyer":1})", R"({"quantity":"1"})", R"({"quantity":1.5})",
          R"({"buyer":"a","more":1})", R"({"buyer":"a"} {})", "\"ada\"", "{\"buyer\":\"a\""}) {
        SCOPED_TRACE(body);
        expect_problem(reserve(one, body), 400, "bad_body");
    }
    for (const std::string buyer : {"", "caf\u00e9", "a\\u0000b", "a\\nb"}) {
        SCOPED_TRACE(buyer);
        expect_problem(reserve(one, order_of(buyer)), 400, "bad_buyer");
    }
    expect_problem(reserve(one, order_of(std::string(129, 'b'))), 400, "bad_buyer");
    for (const int quantity : {0, -1, 101}) {
        expect_problem(reserve(one, order_of("ada", quantity)), 400, "bad_quantity");
    }
    expect_problem(reserve(one, R"({"quantity":99999999999999999999})"), 400, "bad_body");
    expect_problem(reserve(one, order_of("ada"), std::string(129, 'k')), 400, "bad_key");
    EXPECT_EQ(number("sold"), 0);
}

// A kilobyte of brackets or of values is no order and no end of the node (P11).
TEST_F(Reservation, IsRefusedForABodyThatIsDeepOrManyValued) {
    const auto& one = sell();
    expect_problem(reserve(one, std::string(1024, '[')), 400, "bad_body");
    expect_problem(reserve(one, "[" + std::string(500, '[') + std::string(500, ']') + "]"), 400,
                   "bad_body");
    std::string numbers = "[1";
    while (numbers.size() < 1020) {
        numbers += ",1";
    }
    expect_problem(reserve(one, numbers + "]"), 400, "bad_body");
}

TEST_F(Reservation, OfAnUnknownOrImpossibleSaleIsA404) {
    const auto& one = sell();
    expect_problem(post(one.port(), "/v1/sales/other/reservations", "{}"), 404, "no_sale");
    expect_problem(post(one.port(), "/v1/sales/-/reservations", "{}"), 404, "no_path");
    expect_problem(post(one.port(), "/v1/sales//reservations", "{}"), 404, "no_path");
    expect_problem(post(one.port(), reserve_path + "/", "{}"), 404, "no_path");
}

}  // namespace onsale::test
