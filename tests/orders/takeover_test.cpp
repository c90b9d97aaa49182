#include "orders/order_test.hpp"

// One writer at a time, any number stand by (L24).

namespace onsale::test {

namespace {

class OrderWriters : public orders_test {
  protected:
    void start_second() { second = std::make_unique<order_writer>(redis.endpoint(), orders.url()); }

    /// Ticket numbers that more than one live order has.
    [[nodiscard]] long long tickets_sold_twice() {
        return orders.number(
            "SELECT count(*) FROM (SELECT tickets FROM orders WHERE state IN ('held', 'paid')"
            " GROUP BY tickets HAVING count(*) > 1) AS twice");
    }

    std::unique_ptr<order_writer> second;
};

TEST_P(OrderWriters, L24OneWritesAndTheOthersStandBy) {
    open();
    start_writer();
    ASSERT_TRUE(tells(*writer, "writing orders"));
    start_second();
    ASSERT_TRUE(tells(*second, "standing by"));
    ledger.reserve(wishes(1, 3));
    ASSERT_TRUE(becomes_ordered());
    EXPECT_FALSE(second->has_told("writing orders"));
    writer->kill();
    ledger.reserve(wishes(4, 3));
    ASSERT_TRUE(becomes_ordered());
    EXPECT_TRUE(tells(*second, "writing orders"));
    EXPECT_EQ(differences(ledger, orders), "");
}

TEST_P(OrderWriters, P8KilledAgainAndAgainLeaveNoOrderMissingAndNoneDouble) {
    open({.total = 100'000});
    start_writer();
    start_second();
    seller sales{redis, ledger.sale(), 100'000};
    for (int kills = 0; kills < 10; ++kills) {
        auto& victim = kills % 2 == 0 ? *writer : *second;
        const auto before = position();
        ASSERT_TRUE(wait_until([&] { return position() > before + 3; }, patience))
            << writer->log() << "\nthe other one:\n"
            << second->log();
        victim.kill();
        victim.start();
    }
    sales.stop();
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(rows(), sales.sold());
    EXPECT_EQ(tickets_sold_twice(), 0);
    EXPECT_EQ(differences(ledger, orders), "");
    EXPECT_EQ(orders.number("SELECT count(*) FROM dead_letters"), 0);
}

/// As if the lock had failed: somebody else moves the position.
TEST_P(OrderWriters, L24ThePositionIsComparedBeforeItIsSet) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 5));
    ASSERT_TRUE(becomes_ordered());
    writer->process().send(SIGSTOP);
    ledger.reserve(wishes(6, 5));
    orders.execute("UPDATE positions SET version = version + 1, fingerprint = ''");
    writer->process().send(SIGCONT);
    ASSERT_TRUE(tells(*writer, "moved by somebody else"));
    ledger.reserve(wishes(11, 5));
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(cell(6, "state"), "no row") << "the other one has done it, as far as we know";
    EXPECT_EQ(cell(11, "state"), "held");
    EXPECT_EQ(rows(), 10);
}

TEST_P(OrderWriters, StopGracefullyAndReportWhatTheyHaveCommitted) {
    open({.total = 100'000});
    start_writer();
    seller sales{redis, ledger.sale(), 100'000};
    ASSERT_TRUE(wait_until([&] { return rows() > 50; }, patience)) << writer->log();
    EXPECT_EQ(writer->stop(), 0) << writer->log();
    sales.stop();
    EXPECT_EQ(ordered(), (ledger_version{1, position()}));
    EXPECT_TRUE(tells(*writer, "stopped"));
    writer->start();
    ASSERT_TRUE(becomes_ordered());
    EXPECT_EQ(differences(ledger, orders), "");
}

TEST_P(OrderWriters, DoNotTouchASchemaOfANewerOnsale) {
    open();
    start_writer();
    ASSERT_TRUE(becomes_ordered());
    ASSERT_EQ(writer->stop(), 0);
    orders.execute("INSERT INTO schema_version (version) VALUES (1000)");
    ledger.reserve(wishes(1, 1));
    writer->start();
    ASSERT_TRUE(tells(*writer, "of a newer onsale"));
    EXPECT_EQ(rows(), 0);
}

ON_BOTH_DATABASES(OrderWriters);

}  // namespace

}  // namespace onsale::test
