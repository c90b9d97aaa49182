#include "integration/node_test.hpp"
#include "support/payment_side.hpp"

// Payments and cancellations over HTTP (design §6, L20–L22).

namespace onsale::test {

class Payment : public node_test {
  protected:
    static constexpr std::int64_t amount = price;

    /// Opens the sale and starts a node that takes payments.
    node& sell_and_be_paid(const sale_terms& terms = {}) { return sell(terms, {side.setting()}); }

    /// The whole id of a new reservation.
    static std::string reserve(const node& at, const std::string& buyer = "ada", int quantity = 1) {
        const auto told = post(at.port(), reserve_path, order_of(buyer, quantity));
        EXPECT_EQ(told.status, 201u) << told.body;
        return told.at("reservation");
    }

    static std::string digits_of(const std::string& id) { return id.substr(5); }

    static http_answer cancel(const node& at, const std::string& id) {
        http_client client{at.port()};
        return client.ask("DELETE", "/v1/reservations/" + id);
    }

    static std::string state_of(const node& at, const std::string& id) {
        return get(at.port(), "/v1/reservations/" + id).at("state");
    }

    payment_side side;
};

TEST_F(Payment, L20IsAnsweredWithThePaidReservation) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one, "ada", 2);
    const auto told = side.pay(one.port(), id, "pay-1", 2 * amount);
    EXPECT_EQ(told.status, 200u) << told.body;
    EXPECT_EQ(told.header("content-type"), "application/json");
    EXPECT_EQ(told.at("state"), "paid");
    EXPECT_EQ(told.at("tickets"), "[1,2]");
    EXPECT_EQ(number("paid"), 2);
    const auto again = side.pay(one.port(), id, "pay-1", 2 * amount);
    EXPECT_EQ(again.status, 200u);
    EXPECT_EQ(again.body, told.body);
    EXPECT_EQ(number("paid"), 2);
}

TEST_F(Payment, L20ThroughAnotherNodeIsTheSame) {
    const auto& one = sell_and_be_paid();
    const auto& other = start({side.setting()});
    const auto id = reserve(one);
    EXPECT_EQ(side.pay(one.port(), id, "pay-1", amount).status, 200u);
    EXPECT_EQ(side.pay(other.port(), id, "pay-1", amount).status, 200u);
    EXPECT_EQ(number("paid"), 1);
}

TEST_F(Payment, L22OfAnotherAmountIsRefusedAndChangesNothing) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    const auto told = side.pay(one.port(), id, "pay-1", amount - 1);
    EXPECT_EQ(told.status, 422u);
    EXPECT_EQ(told.at("code"), "wrong_amount");
    EXPECT_EQ(state_of(one, id), "held");
}

TEST_F(Payment, L22ASecondOneIsOwed) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    (void)side.pay(one.port(), id, "pay-1", amount);
    for (int i = 0; i < 2; ++i) {
        const auto told = side.pay(one.port(), id, "pay-2", amount);
        EXPECT_EQ(told.status, 409u);
        EXPECT_EQ(told.header("content-type"), "application/problem+json");
        EXPECT_EQ(told.at("code"), "refund_due");
        EXPECT_EQ(told.at("state"), "paid");
        EXPECT_EQ(told.at("refund_due"), std::to_string(amount));
        EXPECT_EQ(told.at("reservation"), id);
    }
    EXPECT_EQ(ledger.read({digits_of(id)}).items.at(0).details().refund_due, amount);
}

TEST_F(Payment, L21ALateOneNamesTheNewReservation) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    ledger.settle(digits_of(id), reservation_state::expired);
    const auto told = side.pay(one.port(), id, "pay-1", amount);
    EXPECT_EQ(told.status, 200u) << told.body;
    EXPECT_EQ(told.at("state"), "paid");
    EXPECT_EQ(told.at("replaces"), id);
    EXPECT_NE(told.at("reservation"), id);
    EXPECT_EQ(state_of(one, told.at("reservation")), "paid");
    EXPECT_EQ(side.pay(one.port(), id, "pay-1", amount).body, told.body);
}

TEST_F(Payment, L21ALateOneIsOwedIfTheConfigSaysSo) {
    const auto& one = sell({}, {side.setting(), "payments.late_payment=refuse"});
    const auto id = reserve(one);
    ledger.settle(digits_of(id), reservation_state::expired);
    const auto told = side.pay(one.port(), id, "pay-1", amount);
    EXPECT_EQ(told.status, 409u);
    EXPECT_EQ(told.at("code"), "refund_due");
    EXPECT_EQ(told.at("state"), "expired");
}

// A wrong, missing or old signature changes nothing; a replayed one is told the same again.
TEST_F(Payment, MustBeSigned) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    const auto good_body = payment_side::body("pay-1", amount);
    const auto path = payment_side::path(id);
    auto forged = side.headers(id, "pay-1", amount);
    forged[1].back() = forged[1].back() == '0' ? '1' : '0';
    const std::vector<std::vector<std::string>> wrong{
        {},
        {side.headers(id, "pay-1", amount)[0]},
        {side.headers(id, "pay-1", amount)[1]},
        forged,
        side.headers(id, "pay-2", amount),
        side.headers(id, "pay-1", amount + 1),
        side.headers("demo." + id_of(1), "pay-1", amount),
        side.headers(id, "pay-1", amount, -330),
        side.headers(id, "pay-1", amount, 330),
    };
    for (const auto& headers : wrong) {
        const auto told = post(one.port(), path, good_body, headers);
        EXPECT_EQ(told.status, 401u);
        EXPECT_EQ(told.at("code"), "bad_signature");
        EXPECT_NE(told.header("www-authenticate"), "");
    }
    EXPECT_EQ(state_of(one, id), "held");
    const auto headers = side.headers(id, "pay-1", amount);
    const auto told = post(one.port(), path, good_body, headers);
    EXPECT_EQ(told.status, 200u);
    EXPECT_EQ(post(one.port(), path, good_body, headers).body, told.body) << "replayed";
    EXPECT_EQ(number("paid"), 1);
}

TEST_F(Payment, MalformedIsToldWhatIsWrong) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    const auto headers = side.headers(id, "pay-1", amount);
    for (const auto* body :
         {"{}", "[]", "pay", R"({"payment_id":1,"amount":1})", R"({"payment_id":"p","amount":-1})",
          R"({"payment_id":"p"})", R"({"payment_id":"p","amount":1,"tip":2})"}) {
        const auto told = post(one.port(), payment_side::path(id), body, headers);
        EXPECT_EQ(told.status, 400u) << body;
        EXPECT_EQ(told.at("code"), "bad_body") << body;
    }
    for (const auto& payment : {std::string{}, std::string{"a b"}, std::string{"a|b"},
                                std::string(limits::payment_id + 1, 'a')}) {
        const auto told = side.pay(one.port(), id, payment, amount);
        EXPECT_EQ(told.status, 400u) << payment;
        EXPECT_EQ(told.at("code"), "bad_payment") << payment;
    }
    EXPECT_EQ(state_of(one, id), "held");
}

TEST_F(Payment, OfNothingIsNotFound) {
    const auto& one = sell_and_be_paid();
    for (const auto& id : {"demo." + id_of(1), "other." + id_of(1), std::string{"demo.12"}}) {
        EXPECT_TRUE(wait_until([&] { return cancel(one, id).status == 404; })) << id;
        EXPECT_EQ(side.pay(one.port(), id, "pay-1", amount).status, 404u) << id;
    }
}

/// It may have been opened, and have sold through another node, since this one has last looked.
TEST_F(Payment, OfASaleThatTheNodeDoesNotKnowYetIsSentAgain) {
    const auto& one = sell_and_be_paid();
    ledger_client other{session, "just-opened"};
    for (int n = 1; n <= 20; ++n) {
        const auto id = "just-opened." + id_of(n);
        const auto told = side.pay(one.port(), id, "pay-1", amount);
        ASSERT_EQ(told.status, 503u) << "a node has not looked since it has heard of " << id;
        EXPECT_EQ(told.header("retry-after"), "1");
    }
    other.open();
    other.reserve(wishes(30, 1));
    const auto id = "just-opened." + id_of(30);  // nobody knew it before it was made
    const auto paid = [&] {
        const auto told = side.pay(one.port(), id, "pay-1", amount);
        EXPECT_TRUE(told.status == 200 || told.status == 503) << told.body;
        return told.status == 200;
    };
    EXPECT_TRUE(wait_until(paid));
}

TEST_F(Payment, WithoutASecretIsOffAndSaysSo) {
    const auto& one = sell();
    const auto id = reserve(one);
    const auto told = side.pay(one.port(), id, "pay-1", amount);
    EXPECT_EQ(told.status, 503u);
    EXPECT_EQ(told.at("code"), "payments_off");
    EXPECT_TRUE(one.says("payments.secret_file")) << one.log();
}

TEST_F(Payment, P10OfAFrozenSaleIsSentAgainLater) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    ledger.command({"HSET", ledger.key(), "state", "frozen"});
    const auto told = side.pay(one.port(), id, "pay-1", amount);
    EXPECT_EQ(told.status, 503u);
    EXPECT_EQ(told.at("code"), "frozen");
    EXPECT_EQ(told.header("retry-after"), "1");
    EXPECT_EQ(cancel(one, id).status, 503u);
    EXPECT_EQ(state_of(one, id), "held");
}

TEST_F(Payment, P7ACancelledReservationGivesItsTicketsBackOnce) {
    const auto& one = sell_and_be_paid({.total = 1});
    const auto id = reserve(one);
    const auto told = cancel(one, id);
    EXPECT_EQ(told.status, 200u) << told.body;
    EXPECT_EQ(told.at("state"), "cancelled");
    EXPECT_EQ(told.at("tickets"), "[]");
    const auto bobs = reserve(one, "bob");
    EXPECT_EQ(cancel(one, id).status, 200u) << "the same answer, and bob keeps his";
    EXPECT_EQ(state_of(one, bobs), "held");
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(Payment, P7APaidReservationIsNotCancelled) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    (void)side.pay(one.port(), id, "pay-1", amount);
    const auto told = cancel(one, id);
    EXPECT_EQ(told.status, 409u);
    EXPECT_EQ(told.at("code"), "paid");
    EXPECT_EQ(told.at("state"), "paid");
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(Payment, TheWrongMethodNamesTheRightOnes) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    http_client client{one.port()};
    EXPECT_EQ(client.ask("GET", payment_side::path(id)).header("allow"), "POST");
    http_client other{one.port()};
    EXPECT_EQ(other.ask("PUT", "/v1/reservations/" + id).header("allow"), "GET, DELETE");
}

TEST_F(Payment, IsCountedByWhatCameOfIt) {
    const auto& one = sell_and_be_paid();
    const auto id = reserve(one);
    (void)side.pay(one.port(), id, "pay-1", amount);
    (void)side.pay(one.port(), id, "pay-2", amount);
    const auto page = get(one.port(), "/metrics").body;
    EXPECT_NE(page.find("onsale_settled_total{result=\"done\"} 1"), std::string::npos);
    EXPECT_NE(page.find("onsale_settled_total{result=\"refund_due\"} 1"), std::string::npos);
}

}  // namespace onsale::test
