#include "lua/ledger_test.hpp"

namespace onsale::test {

using Buyers = ledger_test;

TEST_F(Buyers, P6TheLimitIsReachedInsideOneBatch) {
    open({.total = 10, .limit = 2});
    const auto told = ledger.reserve(
        {{id_of(1), "ada"}, {id_of(2), "bob"}, {id_of(3), "ada"}, {id_of(4), "ada"}});
    EXPECT_EQ(told.statuses(), (statuses{"held", "held", "held", "limit_reached"}));
}

TEST_F(Buyers, P6TheLimitHoldsFromBatchToBatch) {
    open({.total = 10, .limit = 2});
    ledger.reserve({{id_of(1), "ada"}});
    ledger.reserve({{id_of(2), "ada"}});
    EXPECT_EQ(status_of({id_of(3), "ada"}), "limit_reached");
    EXPECT_EQ(status_of({id_of(4), "bob"}), "held");
}

TEST_F(Buyers, P6TheLimitCountsTicketsNotReservations) {
    open({.total = 10, .limit = 3});
    const auto told = ledger.reserve(
        {{id_of(1), "ada", 4}, {id_of(2), "ada", 2}, {id_of(3), "ada", 2}, {id_of(4), "ada", 1}});
    EXPECT_EQ(told.statuses(), (statuses{"limit_reached", "held", "limit_reached", "held"}));
}

TEST_F(Buyers, P6TheLimitIsGivenBackWithTheTicket) {
    open({.total = 10, .limit = 2});
    ledger.reserve({{id_of(1), "ada", 2}});
    ledger.settle(id_of(1), reservation_state::expired);
    EXPECT_EQ(status_of({id_of(2), "ada", 2}), "held");
    EXPECT_EQ(status_of({id_of(3), "ada", 1}), "limit_reached");
}

TEST_F(Buyers, P6APaidTicketStillCounts) {
    open({.total = 10, .limit = 1});
    ledger.reserve({{id_of(1), "ada"}});
    ledger.settle(id_of(1), reservation_state::paid);
    EXPECT_EQ(status_of({id_of(2), "ada"}), "limit_reached");
}

TEST_F(Buyers, L15WithoutANameNoLimitBinds) {
    open({.total = 10, .limit = 1});
    EXPECT_EQ(ledger.reserve(wishes(1, 3)).statuses(), (statuses{"held", "held", "held"}));
    EXPECT_EQ(ledger.command({"EXISTS", ledger.key("buyers")}).integer, 0);
}

TEST_F(Buyers, L17ReservationsEverMadeAreCapped) {
    open({.total = 10});
    for (std::int64_t n = 1; n <= 3; ++n) {
        ledger.reserve({{id_of(n), "ada"}}, {}, 3);
        ledger.settle(id_of(n), reservation_state::cancelled);
    }
    const auto told = ledger.reserve({{id_of(4), "ada"}, {id_of(5), "bob"}}, {}, 3);
    EXPECT_EQ(told.statuses(), (statuses{"too_many_reservations", "held"}));
}

TEST_F(Buyers, L17TheCapIsReachedInsideOneBatch) {
    open({.total = 10});
    const auto told =
        ledger.reserve({{id_of(1), "ada"}, {id_of(2), "ada"}, {id_of(3), "ada"}}, {}, 2);
    EXPECT_EQ(told.statuses(), (statuses{"held", "held", "too_many_reservations"}));
}

TEST_F(Buyers, L17ARefusalIsNoReservation) {
    open({.total = 1});
    ledger.reserve({{id_of(1), "ada", 5}, {id_of(2), "ada", 5}}, {}, 1);
    EXPECT_EQ(status_of({id_of(3), "ada"}), "held");
}

TEST_F(Buyers, TheLimitIsToldBeforeSoldOutAndTheCapBeforeTheLimit) {
    open({.total = 2, .limit = 2});
    ledger.reserve({{id_of(1), "ada", 2}});
    const auto told = ledger.reserve({{id_of(2), "ada"}, {id_of(3), "bob"}});
    EXPECT_EQ(told.statuses(), (statuses{"limit_reached", "sold_out"}));
    EXPECT_EQ(ledger.reserve({{id_of(4), "ada"}}, {}, 1).statuses(),
              (statuses{"too_many_reservations"}));
}

}  // namespace onsale::test
