#include "orders/order_test.hpp"
#include "support/program.hpp"

#include <boost/json/parse.hpp>

// `onsale audit` and `onsale sale open` beside a real order database (P8, L8).

namespace onsale::test {

namespace {

class AuditedOrders : public orders_test {
  protected:
    /// Runs `onsale …` on this test's ledger and orders.
    program_result run(texts command) {
        command.insert(command.begin(), onsale_binary());
        command.insert(command.end(),
                       {"--redis", redis.endpoint().to_string(), "--orders", orders.url()});
        return run_program(command);
    }

    boost::json::value audit(int status = 0) {
        const auto result = run({"audit", "G101", "--json"});
        EXPECT_EQ(result.status, status) << result.output;
        // What it tells of its progress stands before, on the other stream.
        return boost::json::parse(result.output.substr(result.output.find('{')));
    }

    static std::int64_t differences_of(const boost::json::value& report, std::string_view law) {
        for (const auto& check : report.at("checks").as_array()) {
            if (check.at("law").as_string() == law) return check.at("differences").as_int64();
        }
        return -1;
    }

    /// Some reservations, each of another end, with their rows.
    void live() {
        open();
        start_writer();
        ledger.reserve(wishes(1, 20));
        ledger.settle(id_of(1), reservation_state::paid);
        ledger.settle(id_of(2), reservation_state::cancelled);
        ledger.settle(id_of(3), reservation_state::refunded);
        ASSERT_TRUE(becomes_ordered()) << writer->log();
    }
};

}  // namespace

TEST_P(AuditedOrders, P8AreAsTheLedgerIs) {
    live();
    const auto report = audit();
    EXPECT_EQ(report.at("orders").at("rows").as_int64(), 20);
    EXPECT_EQ(report.at("orders").at("behind").as_int64(), 0);
    EXPECT_EQ(report.at("refunds_due").as_int64(), 1);
}

TEST_P(AuditedOrders, P8MayBeBehindWhileTheSaleMoves) {
    open({.total = 100'000});
    start_writer();
    seller sales{redis, ledger.sale(), 100'000};
    ASSERT_TRUE(wait_until([&] { return position() > 5; }, patience)) << writer->log();
    for (int looks = 0; looks < 3; ++looks)
        audit();
}

TEST_P(AuditedOrders, P8ARowThatIsGoneOrOtherIsFound) {
    live();
    orders.execute("DELETE FROM orders WHERE reservation = 'G101." + id_of(1) + "'");
    orders.execute("UPDATE orders SET buyer = 'mallory' WHERE reservation = 'G101." + id_of(4) +
                   "'");
    orders.execute("UPDATE refunds SET state = 'done'");
    const auto report = audit(1);
    EXPECT_EQ(differences_of(report, "rows"), 2);
    EXPECT_EQ(differences_of(report, "order_refunds"), 1);
}

TEST_P(AuditedOrders, P10OfALostLedgerAreTheGap) {
    live();
    writer->kill();
    ledger.command({"FLUSHALL"});
    const auto report = audit(1);
    EXPECT_EQ(report.at("state").as_string(), "missing");
    EXPECT_EQ(differences_of(report, "recorded"), 20);
}

TEST_P(AuditedOrders, L8OfALostSaleForbidToOpenItAnew) {
    live();
    writer->kill();
    ledger.command({"FLUSHALL"});
    const auto refused = run({"sale", "open", "G101", "--total", "10"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.output.find("sale rebuild G101"), std::string::npos) << refused.output;
    EXPECT_EQ(ledger.command({"DBSIZE"}).integer, 0);
    EXPECT_EQ(run({"sale", "open", "G102", "--total", "10"}).status, 0) << "another id";
}

TEST_P(AuditedOrders, AreNotMissedWhereNobodyWroteThem) {
    open();
    ledger.reserve(wishes(1, 3));
    const auto report = audit();
    EXPECT_TRUE(report.at("orders").is_null());
}

ON_BOTH_DATABASES(AuditedOrders);

}  // namespace onsale::test
