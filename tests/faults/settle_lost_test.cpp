#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/payment_side.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

// A payment or a cancellation ran, and its reply is lost (L18, L20, L21): it is sent again, is done
// once, and the answer is as if nothing had been lost.

namespace onsale::test {

class SettleLost : public testing::Test {
  protected:
    void TearDown() override {
        EXPECT_EQ(on.crashes(), "");
        EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");
    }

    std::string reserve() {
        const auto told = buy_at(on.ports()[0], "alice");
        EXPECT_EQ(told.status, 201U);
        return told.reservation;
    }

    http_answer pay(const std::string& id) { return side.pay(on.ports()[0], id, "pay-1", price); }
    http_answer cancel(const std::string& id) {
        return http_client{on.ports()[0]}.ask("DELETE", "/v1/reservations/" + id);
    }
    std::string digits_of(const std::string& id) { return id.substr(id.rfind('.') + 1); }

    payment_side side;
    stage on{{.nodes = 1, .gates = true, .settings = {side.setting()}}};
};

TEST_F(SettleLost, L20APaymentIsDoneOnce) {
    const auto id = reserve();
    on.gates[0]->drop_replies_at("pay-1");
    const auto told = pay(id);
    EXPECT_EQ(told.status, 200U) << told.body;
    EXPECT_EQ(told.at("state"), "paid");
    EXPECT_GE(metric(on.ports()[0], "onsale_ledger_resent_total"), 1);
    EXPECT_EQ(on.ledger().read({digits_of(id)}).items.at(0).details().refund_due, 0);
}

TEST_F(SettleLost, L21ALatePaymentBuysOnce) {
    const auto id = reserve();
    on.ledger().settle(digits_of(id), reservation_state::expired);
    on.gates[0]->drop_replies_at("pay-1");
    const auto told = pay(id);
    EXPECT_EQ(told.status, 200U) << told.body;
    EXPECT_EQ(told.at("replaces"), id);
    EXPECT_EQ(on.sold(), 1);
}

TEST_F(SettleLost, L20ACancellationIsDoneOnce) {
    const auto id = reserve();
    on.gates[0]->drop_replies_at("cancel");
    const auto told = cancel(id);
    EXPECT_EQ(told.status, 200U) << told.body;
    EXPECT_EQ(told.at("state"), "cancelled");
    EXPECT_EQ(on.sold(), 0);
}

TEST_F(SettleLost, L18IsInDoubtWhileTheLedgerIsAwayAndCertainAfterwards) {
    const auto id = reserve();
    on.gates[0]->drop_replies_at("pay-1");
    on.gates[0]->refuse(true);
    const auto doubtful = pay(id);
    EXPECT_EQ(doubtful.status, 202U) << doubtful.body;
    EXPECT_EQ(doubtful.at("code"), "in_doubt");
    EXPECT_EQ(doubtful.at("reservation"), id);
    on.gates[0]->refuse(false);
    EXPECT_TRUE(wait_until([&] { return pay(id).status == 200; }));
    EXPECT_EQ(on.ledger().read({digits_of(id)}).items.at(0).details().refund_due, 0);
}

TEST_F(SettleLost, L18IsBusyIfItWasNeverSent) {
    const auto id = reserve();
    on.gates[0]->refuse(true);
    on.gates[0]->cut();
    const auto told = cancel(id);
    EXPECT_EQ(told.status, 503U) << told.body;
    EXPECT_EQ(told.at("code"), "busy");
    on.gates[0]->refuse(false);
    EXPECT_TRUE(wait_until([&] { return cancel(id).status == 200; }));
}

}  // namespace onsale::test
