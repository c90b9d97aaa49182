#include "orders/order_test.hpp"
#include "support/cable.hpp"
#include "support/tcp_gate.hpp"

#include <filesystem>
#include <thread>

// The database's machine vanishes, or its file, and nobody is told (P8).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

using OrderServerVanished = orders_test;

/// What was sent is acknowledged, and nothing more is: only a kernel that asks after the other one
/// can tell that its answer will never come.
TEST_P(OrderServerVanished, P8IsNoticedBehindAnAcknowledgedQuery) {
    const auto line = cable::lay();
    if (!line) GTEST_SKIP() << "needs a network namespace, which only root may make, and `ip`";
    redis::endpoint server;
    server.socket = orders.socket();
    tcp_gate there{server, tcp_gate::speaks::something_else, line.get()};
    open();
    writer = std::make_unique<order_writer>(
        redis.endpoint(),
        "postgresql://onsale@" + there.host() + ":" + std::to_string(there.port()) + "/orders");
    ledger.reserve(wishes(1, 10));
    ASSERT_TRUE(becomes_ordered()) << writer->log();

    there.drop_replies();
    ledger.reserve(wishes(11, 10));
    ASSERT_TRUE(wait_until([&] { return there.traffic().lost_replies > 0; }, patience));
    std::this_thread::sleep_for(500ms);  // kernels put acknowledgements off by up to 200 ms
    line->pull_out();
    EXPECT_TRUE(tells(*writer, "trying again"));
    line->plug_in();
    there.cut();  // what was left of it on that machine
    EXPECT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(differences(ledger, orders), "");
}

INSTANTIATE_TEST_SUITE_P(Of, OrderServerVanished, testing::Values(database_kind::postgresql),
                         [](const auto& given) { return name_of(given.param); });

using OrderFileVanished = orders_test;

/// Somebody has moved the file away, or deleted it: rows go on where they are looked for.
TEST_P(OrderFileVanished, P8IsMadeAnewFromTheLedger) {
    open();
    start_writer();
    ledger.reserve(wishes(1, 10));
    ASSERT_TRUE(becomes_ordered()) << writer->log();
    const auto file = orders.directory() / "orders.db";
    std::filesystem::rename(file, orders.directory() / "moved.db");
    ledger.reserve(wishes(11, 10));
    ASSERT_TRUE(tells(*writer, "was moved or deleted"));
    ASSERT_TRUE(wait_until([&] { return rows() == 20; }, patience)) << writer->log();
    EXPECT_TRUE(becomes_ordered()) << writer->log();
    EXPECT_EQ(differences(ledger, orders), "");
}

INSTANTIATE_TEST_SUITE_P(Of, OrderFileVanished, testing::Values(database_kind::sqlite),
                         [](const auto& given) { return name_of(given.param); });

}  // namespace

}  // namespace onsale::test
