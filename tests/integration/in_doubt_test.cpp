#include "integration/node_test.hpp"
#include "support/payment_side.hpp"

// L18: sent, and no reply came in time. Each call that changes something says so, names the
// reservation, and is answered for certain when it is sent again.

namespace onsale::test {

class InDoubt : public node_test {
  protected:
    /// What `ask` is told while the ledger says nothing.
    template <class Ask>
    http_answer with_a_silent_ledger(Ask ask) {
        redis.process().send(SIGSTOP);
        const auto told = ask();
        redis.process().send(SIGCONT);
        EXPECT_EQ(told.status, 202u) << told.body;
        return told;
    }

    /// What it is told once the ledger answers again.
    template <class Ask>
    static http_answer until_certain(Ask ask) {
        http_answer told;
        EXPECT_TRUE(wait_until([&] { return (told = ask()).status < 202; }, 10s)) << told.body;
        return told;
    }

    payment_side side;
    node& one = sell({}, {side.setting()});
};

TEST_F(InDoubt, APurchaseSentAgainIsTheSameOne) {
    const auto buy = [&] {
        return post(one.port(), "/buy/ticket?buyer=ada", "", {"Idempotency-Key: k"});
    };
    const auto told = with_a_silent_ledger(buy);
    EXPECT_EQ(told.at("code"), "0");
    EXPECT_EQ(until_certain(buy).at("data.reservation"), told.at("data.reservation"));
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(InDoubt, AShopsPurchaseSentAgainIsTheSameOne) {
    const auto reserve = [&] {
        return post(one.port(), reserve_path, order_of("ada"), {"Idempotency-Key: k"});
    };
    const auto told = with_a_silent_ledger(reserve);
    EXPECT_EQ(told.at("code"), "in_doubt");
    EXPECT_EQ(until_certain(reserve).at("reservation"), told.at("reservation"));
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(InDoubt, APaymentSentAgainIsPaidOnce) {
    const auto id = post(one.port(), reserve_path, order_of("ada")).at("reservation");
    const auto pay = [&] { return side.pay(one.port(), id, "pay-1", price); };
    const auto told = with_a_silent_ledger(pay);
    EXPECT_EQ(told.at("code"), "in_doubt");
    EXPECT_EQ(told.at("reservation"), id);
    EXPECT_EQ(until_certain(pay).at("state"), "paid");
    EXPECT_EQ(number("paid"), 1);
}

TEST_F(InDoubt, ACancellationSentAgainIsCancelledOnce) {
    const auto id = post(one.port(), reserve_path, order_of("ada")).at("reservation");
    const auto cancel = [&] {
        return http_client{one.port()}.ask("DELETE", "/v1/reservations/" + id);
    };
    const auto told = with_a_silent_ledger(cancel);
    EXPECT_EQ(told.at("code"), "in_doubt");
    EXPECT_EQ(told.at("reservation"), id);
    EXPECT_EQ(until_certain(cancel).at("state"), "cancelled");
    EXPECT_EQ(number("sold"), 0);
}

}  // namespace onsale::test
