#include "../../src/app/audit.hpp"

#include <gtest/gtest.h>

#include <string>

// The ledger against its orders (P8, P10): each way to differ is found, under its name.

namespace onsale::app {
namespace {

std::string id(char digit) {
    return std::string(32, digit);
}

/// Ten tickets; 1 is held, 2 paid, 3 came back, and something is owed for it. The orders have it
/// all.
class AuditOrders : public testing::Test {
  protected:
    AuditOrders() {
        picture.exact = true;
        picture.counters = {.at = {1, 5},
                            .state = sale_state::open,
                            .total = 10,
                            .sold = 2,
                            .paid = 1,
                            .last = 10,
                            .next = 4,
                            .journal = {1, 5},
                            .free_numbers = 1,
                            .reservations = 3,
                            .buyers = 0,
                            .due = 1,
                            .refunds = 1};
        add('a', "1|held|1|1|5000|100|0|1|2||0|");
        add('b', "1|paid|1|2|5000|100|200|1|4|pay-1|0|");
        add('c', "1|cancelled|1||5000|100|300|1|5||4200|");
        picture.due = {{keep(id('a')), 5000}};
        picture.free_numbers = {3};
        picture.refunds = {{keep(id('c')), "pay-2", 4'200, "due", "ended", 300, 0}};
        orders.is_followed = true;
        orders.position = {1, 5};
        orders.orders = picture.reservations;
        orders.orders[2].tickets = "3";
        orders.refunds = picture.refunds;
    }

    std::string_view keep(std::string_view text) { return picture.texts.keep(text); }
    void add(char digit, std::string_view record) {
        picture.reservations.push_back(parse_record(keep(id(digit)), keep(record)).value());
    }

    [[nodiscard]] audit_report report() const { return check_law(picture, &orders, {1, 5}); }

    void expect_only(audit_law law, std::int64_t differences = 1) const {
        const auto found = report();
        EXPECT_EQ(found.of(law).differences, differences) << name_of(law);
        EXPECT_EQ(found.difference_count(), differences)
            << (found.differences.empty() ? "" : found.differences.front().sentence);
    }

    ledger_picture picture;
    orders::order_snapshot orders;
};

}  // namespace

TEST_F(AuditOrders, HoldIfTheySayTheSame) {
    const auto found = report();
    EXPECT_TRUE(found.holds()) << found.differences.front().sentence;
    EXPECT_EQ(found.refunds_due, 1);
    EXPECT_EQ(found.refunds_due_sum, 4'200);
    ASSERT_TRUE(found.orders);
    EXPECT_EQ(found.orders->behind, 0);
    EXPECT_EQ(found.orders->rows, 3);
}

TEST_F(AuditOrders, AreNotComparedIfThereAreNone) {
    const auto found = check_law(picture);
    EXPECT_TRUE(found.holds());
    EXPECT_FALSE(found.of(audit_law::rows).compared);
    EXPECT_FALSE(found.orders);
}

TEST_F(AuditOrders, P8MissARow) {
    orders.orders.erase(orders.orders.begin());
    expect_only(audit_law::rows);
}

TEST_F(AuditOrders, P8HaveAnOldRow) {
    orders.orders[1] = parse_record(keep(id('b')), "1|held|1|2|5000|100|0|1|3||0|").value();
    expect_only(audit_law::rows);
}

TEST_F(AuditOrders, P8SaySomethingElse) {
    orders.orders[1].buyer = "mallory";
    expect_only(audit_law::rows);
}

TEST_F(AuditOrders, MayBeBehindALedgerThatGoesOn) {
    orders.position = {1, 4};
    orders.orders.pop_back();
    orders.refunds.clear();
    const auto found = check_law(picture, &orders, {1, 4});
    EXPECT_TRUE(found.holds()) << found.differences.front().sentence;
    EXPECT_EQ(found.orders->behind, 1);
}

TEST_F(AuditOrders, L27DoNotMissWhatIsADeadLetter) {
    orders.orders.erase(orders.orders.begin());
    orders.lettered.push_back(picture.reservations[0]);
    EXPECT_TRUE(report().holds());
    orders.lettered.clear();
    orders.unreadable = {{1, 2}};
    EXPECT_TRUE(report().holds()) << "what cannot be read may hold it";
}

TEST_F(AuditOrders, P10ListWhatTheLedgerLost) {
    picture.counters.state = sale_state::frozen;
    picture.counters.at = picture.counters.journal = {1, 4};
    picture.reservations.pop_back();
    picture.refunds.clear();
    picture.free_numbers = {3};
    const auto found = report();
    EXPECT_EQ(found.of(audit_law::recorded).differences, 1);
    EXPECT_EQ(found.of(audit_law::order_refunds).differences, 1);
    EXPECT_EQ(found.of(audit_law::position).differences, 1);
}

TEST_F(AuditOrders, P10AnOlderRecordIsAGapToo) {
    picture.reservations[1] = parse_record(keep(id('b')), "1|held|1|2|5000|100|0|1|3||0|").value();
    EXPECT_EQ(report().of(audit_law::recorded).differences, 1);
}

TEST_F(AuditOrders, P10AMissingSaleHasLostAllOfThem) {
    ledger_picture nothing;
    nothing.counters.state = sale_state::missing;
    const auto found = check_law(nothing, &orders, {});
    EXPECT_EQ(found.of(audit_law::recorded).differences, 3);
    EXPECT_EQ(found.of(audit_law::position).differences, 1);
}

TEST_F(AuditOrders, L26HaveGoneBackIfTheLedgerWasToldMore) {
    orders.position = {1, 4};
    EXPECT_EQ(report().of(audit_law::position).differences, 1);
}

TEST_F(AuditOrders, P1HaveATicketTwice) {
    orders.orders.push_back(parse_record(keep(id('d')), "1|held|2|1-2|5000|100|0|1|5||0|").value());
    EXPECT_EQ(report().of(audit_law::order_tickets).differences, 2);
}

TEST_F(AuditOrders, OweWhatTheLedgerDoesNot) {
    orders.refunds[0].state = "done";
    expect_only(audit_law::order_refunds);
}

TEST_F(AuditOrders, APaymentThatIsOwedIsInItsReservation) {
    picture.refunds[0].amount = orders.refunds[0].amount = 1;
    expect_only(audit_law::owed);
}

}  // namespace onsale::app
