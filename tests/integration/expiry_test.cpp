#include "integration/node_test.hpp"
#include "support/payment_side.hpp"

#include <thread>

// Holds that nobody pays expire, and their tickets are sold again (L19, L20, P2).

namespace onsale::test {

class Expiry : public node_test {
  protected:
    static constexpr std::int64_t hold_ms = 300;

    static bool is_sold(const node& at) { return get(at.port(), "/buy/ticket").at("code") == "1"; }
};

TEST_F(Expiry, P2TicketsNobodyPaidAreSoldAgainByEveryNode) {
    const auto& one = sell({.total = 20, .hold_ms = hold_ms});
    const auto& other = start();
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(is_sold(i % 2 == 0 ? one : other));
    }
    EXPECT_TRUE(wait_until([&] { return number("sold") == 0; }));
    for (const auto* each : {&one, &other}) {
        // Each had told "sold out", or would have.
        EXPECT_TRUE(wait_until([&] { return is_sold(*each); }));
    }
}

TEST_F(Expiry, L19NotBeforeThePayBy) {
    const auto& one = sell({.total = 1, .hold_ms = 3'600'000});
    EXPECT_TRUE(is_sold(one));
    std::this_thread::sleep_for(1s);
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(Expiry, P7APaidOneStays) {
    const payment_side side;
    const auto& one = sell({.total = 2, .hold_ms = 5'000}, {side.setting()});
    const auto paid = post(one.port(), reserve_path, order_of("ada")).at("reservation");
    post(one.port(), reserve_path, order_of("bob"));
    EXPECT_EQ(side.pay(one.port(), paid, "pay-1", price).status, 200u);
    EXPECT_TRUE(wait_until([&] { return number("sold") == 1; }));
    EXPECT_EQ(get(one.port(), "/v1/reservations/" + paid).at("state"), "paid");
}

TEST_F(Expiry, ThousandsAtOnceByManySweepers) {
    sell({.total = 3'000, .hold_ms = 1}, {"node.threads=2"});
    start();
    start();
    for (int n = 0; n < 3'000; n += 250) {
        ledger.reserve(wishes(n + 1, 250));
    }
    EXPECT_TRUE(wait_until([&] { return number("sold") == 0; }));
    EXPECT_EQ(
        ledger.command({"LLEN", ledger.key("free")}).integer + number("last") - number("next") + 1,
        3'000);
}

TEST_F(Expiry, InAPausedSaleToo) {
    sell({.total = 1, .hold_ms = hold_ms});
    ledger.adjust("pause");
    ledger.adjust("resume");
    ledger.reserve(wishes(1, 1));
    ledger.adjust("pause");
    EXPECT_TRUE(wait_until([&] { return number("sold") == 0; }));
}

TEST_F(Expiry, P10NotInAFrozenSale) {
    sell({.total = 1, .hold_ms = 1'500});
    ledger.reserve(wishes(1, 1));
    ledger.command({"HSET", ledger.key(), "state", "frozen"});
    std::this_thread::sleep_for(2'500ms);
    EXPECT_EQ(number("sold"), 1);
}

}  // namespace onsale::test
