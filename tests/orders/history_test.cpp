#include "orders/order_test.hpp"

#include <filesystem>

// The ledger went back, or the orders did (L25, L30, P10). No node is there: only the order writer
// remembers.

namespace onsale::test {

namespace {

class OrderHistory : public orders_test {
  protected:
    /// Three entries, ordered.
    void begin() {
        open();
        start_writer();
        ledger.reserve(wishes(1, 5));
        ledger.settle(id_of(1), reservation_state::paid);
        ASSERT_TRUE(becomes_ordered()) << writer->log();
    }

    void stop_writer() { ASSERT_EQ(writer->stop(), 0) << writer->log(); }

    /// Redis is stopped for it, as for a copy of its data.
    void keep_ledger() {
        redis.stop();
        copy(data(), kept());
        restart_redis();
    }

    void put_ledger_back() {
        redis.kill();
        copy(kept(), data());
        restart_redis();
    }

    [[nodiscard]] bool becomes_frozen() {
        return wait_until([this] { return state() == "frozen"; }, patience);
    }

  private:
    [[nodiscard]] std::filesystem::path data() const { return redis.directory() / "appendonlydir"; }
    [[nodiscard]] std::filesystem::path kept() const { return redis.directory() / "kept"; }

    static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
        std::filesystem::remove_all(to);
        std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
    }

    void restart_redis() {
        redis.start();
        session = redis.connect();
    }
};

TEST_P(OrderHistory, L25AnOlderLedgerIsFrozen) {
    begin();
    keep_ledger();
    ledger.reserve(wishes(10, 5));
    ASSERT_TRUE(becomes_ordered());
    put_ledger_back();
    EXPECT_TRUE(becomes_frozen()) << writer->log();
    ASSERT_TRUE(tells(*writer, "the ledger went back"));
    EXPECT_TRUE(tells(*writer, "ALARM"));
    EXPECT_EQ(rows(), 10) << "what was ordered stays";
    EXPECT_EQ(ledger.reserve_one({id_of(99), ""}).status, "frozen");
}

TEST_P(OrderHistory, L30FromTheFirstLookOfAWriterThatWasAway) {
    begin();
    keep_ledger();
    ledger.reserve(wishes(10, 5));
    ASSERT_TRUE(becomes_ordered());
    stop_writer();
    put_ledger_back();
    EXPECT_EQ(ledger.reserve_one({id_of(50), ""}).status, "held") << "nobody knows yet";
    ledger.command({"HSET", ledger.key(), "version", "3"});  // not as far as before
    writer->start();
    EXPECT_TRUE(becomes_frozen()) << writer->log();
}

/// It has gone on since, past where the orders are: no version tells, but the entry does.
TEST_P(OrderHistory, L25AnOlderLedgerThatHasOvertakenTheOrdersIsFrozen) {
    begin();
    keep_ledger();
    ledger.reserve(wishes(10, 5));
    ASSERT_TRUE(becomes_ordered());
    stop_writer();
    put_ledger_back();
    for (std::int64_t n = 100; n < 105; ++n)
        ledger.reserve(wishes(n, 1));
    const auto at = ordered();
    writer->start();
    EXPECT_TRUE(becomes_frozen()) << writer->log();
    const std::string why = "its journal is not the one that was ordered from";
    ASSERT_TRUE(tells(*writer, why));
    writer->kill();
    writer->start();
    ASSERT_TRUE(wait_until([&] { return writer->times_told(why) == 2; }, patience));
    stop_writer();
    EXPECT_EQ(rows(), 10) << "two histories are not mixed";
    EXPECT_EQ(ordered(), at);
    EXPECT_EQ(ledger.command({"XLEN", ledger.key("journal")}).integer, 6)
        << "whoever rebuilds the sale needs its journal";
}

TEST_P(OrderHistory, L25AnEmptiedLedgerIsToldAndOpenedAnewIsFrozen) {
    begin();
    ledger.command({"FLUSHALL"});
    ASSERT_TRUE(tells(*writer, "the ledger has lost it"));
    EXPECT_EQ(ledger.command({"DBSIZE"}).integer, 0) << "nothing is created from memory";
    open({.total = 50, .operation = "operation-again"});
    EXPECT_TRUE(becomes_frozen()) << writer->log();
    EXPECT_EQ(rows(), 5);
    EXPECT_EQ(orders.number("SELECT total FROM sales"), 1'000);
}

/// With as many versions as before it is told by its salt: another secret, another sale.
TEST_P(OrderHistory, L25AnotherSaleOfTheSameNameIsFrozen) {
    begin();
    stop_writer();
    ledger.command({"FLUSHALL"});
    open({.total = 50, .operation = "operation-again"});
    ledger.command({"HSET", ledger.key(), "salt", "ffffffffffffffffffffffffffffffff"});
    for (std::int64_t n = 100; n < 105; ++n)
        ledger.reserve(wishes(n, 1));
    ledger.command({"DEL", ledger.key("journal")});
    const auto salt = orders.column("SELECT salt FROM sales");
    writer->start();
    EXPECT_TRUE(becomes_frozen()) << writer->log();
    stop_writer();
    EXPECT_EQ(rows(), 5) << "two sales are not mixed";
    EXPECT_EQ(orders.column("SELECT salt FROM sales"), salt) << "the secret of its ids is kept";
}

TEST_P(OrderHistory, L25AFrozenSalesJournalIsReadToItsEnd) {
    begin();
    stop_writer();
    ledger.reserve(wishes(10, 5));
    ledger.command({"HSET", ledger.key(), "state", "frozen"});
    writer->start();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 10);
    EXPECT_EQ(differences(ledger, orders), "");
}

/// Orders put back from an old copy: the ledger is right, and its records know what is missing.
TEST_P(OrderHistory, L25OlderOrdersAreFilledFromTheLedgerAndNothingIsFrozen) {
    begin();
    stop_writer();
    orders.keep_copy();
    writer->start();
    ledger.reserve(wishes(10, 5));
    ledger.settle(id_of(2), reservation_state::refunded);
    ledger.settle(id_of(10), reservation_state::cancelled);
    ledger.adjust("restock_by", 7);
    ASSERT_TRUE(becomes_ordered());
    ledger.reserve(wishes(20, 5));
    ASSERT_TRUE(becomes_ordered());
    stop_writer();
    orders.put_copy_back();
    ASSERT_EQ(rows(), 5);
    ledger.reserve(wishes(30, 5));
    writer->start();
    ASSERT_TRUE(wait_until([&] { return rows() == 20; }, patience)) << writer->log();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(differences(ledger, orders), "");
    EXPECT_EQ(orders.number("SELECT total FROM sales"), 1'007);
    EXPECT_EQ(orders.number("SELECT count(*) FROM refunds WHERE state = 'due'"), 1);
    EXPECT_EQ(state(), "open");
    EXPECT_TRUE(tells(*writer, "the hole is filled"));
}

TEST_P(OrderHistory, L25OrdersThatAreFilledWhileTheSaleGoesOnAreComplete) {
    open({.total = 100'000});
    start_writer();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    stop_writer();
    orders.keep_copy();
    writer->start();
    for (std::int64_t n = 0; n < 20'000; n += 200)
        ledger.reserve(wishes(n + 1, 200));
    ASSERT_TRUE(becomes_ordered());
    stop_writer();
    orders.put_copy_back();
    seller sales{redis, ledger.sale(), 70'000};
    writer->start();
    ASSERT_TRUE(tells(*writer, "the hole is filled"));
    sales.stop();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 20'000 + sales.sold());
    EXPECT_EQ(differences(ledger, orders), "");
}

/// Somebody has trimmed or deleted it.
TEST_P(OrderHistory, L25AJournalThatWasCutIsFilledToo) {
    begin();
    stop_writer();
    ledger.reserve(wishes(10, 5));
    ledger.settle(id_of(11), reservation_state::paid);
    ledger.command({"DEL", ledger.key("journal")});
    writer->start();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 10);
    EXPECT_EQ(differences(ledger, orders), "");
    ledger.reserve(wishes(20, 5));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 15);
    EXPECT_EQ(state(), "open");
}

TEST_P(OrderHistory, L25AHoleInTheMiddleIsFilledToo) {
    begin();
    stop_writer();
    ledger.reserve(wishes(10, 2));
    ledger.reserve(wishes(12, 2));
    ledger.reserve(wishes(14, 2));
    ledger.command({"XDEL", ledger.key("journal"), "1-5"});
    writer->start();
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(rows(), 11);
    EXPECT_EQ(differences(ledger, orders), "");
    EXPECT_EQ(state(), "open");
}

ON_BOTH_DATABASES(OrderHistory);

}  // namespace

}  // namespace onsale::test
