#include "lua/ledger_test.hpp"

#include "onsale/redis/keys.hpp"

namespace onsale::test {

using Open = ledger_test;

TEST_F(Open, L3BeginsAtEpochOneVersionOne) {
    const auto told = ledger.open({.total = 10'000});
    EXPECT_EQ(told.verdict, "done");
    EXPECT_EQ(told.says.says.at, (ledger_version{1, 1}));
    EXPECT_EQ(ledger.command({"XLEN", ledger.key("journal")}).integer, 1);
}

TEST_F(Open, L4TellsTheTermsItWasGiven) {
    const auto told = ledger.open({.total = 500, .limit = 4, .hold_ms = 900'000}).says;
    EXPECT_EQ(told.says.state, sale_state::open);
    EXPECT_EQ(told.says.total, 500);
    EXPECT_EQ(told.says.remaining(), 500);
    EXPECT_EQ(told.last, 500);
    EXPECT_EQ(told.next, 1);
    EXPECT_EQ(told.limit, 4);
    EXPECT_EQ(told.hold_ms, 900'000);
    EXPECT_EQ(told.price, 4200);
    EXPECT_EQ(told.salt, "000102030405060708090a0b0c0d0e0f");
}

TEST_F(Open, OpensAtOnceUnlessTold) {
    const auto told = ledger.open().says.says;
    EXPECT_EQ(told.opens, told.now);
    EXPECT_EQ(status_of({id_of(1), ""}), "held");
}

TEST_F(Open, L1IsListedAmongTheSales) {
    open();
    const std::string sales{redis::sales_key};
    EXPECT_EQ(ledger.command({"SISMEMBER", sales, ledger.sale()}).integer, 1);
    EXPECT_EQ(ledger.command({"SCARD", sales}).integer, 1);
}

TEST_F(Open, L8AnExistingSaleIsNotOpenedAgain) {
    open({.total = 5});
    const auto before = digest();
    const auto told = ledger.open({.total = 900, .operation = "another"});
    EXPECT_EQ(told.verdict, "exists");
    EXPECT_EQ(told.says.says.total, 5);
    EXPECT_EQ(digest(), before);
}

TEST_F(Open, L8ARemovedSaleIsNotOpenedAgain) {
    open();
    ledger.command({"HSET", ledger.key(), "state", "removed"});
    EXPECT_EQ(ledger.open({.operation = "another"}).verdict, "removed");
}

TEST_F(Open, L23ItsOwnRepeatSucceedsAndChangesNothing) {
    open();
    ledger.reserve(wishes(1, 3));
    const auto before = digest();
    const auto told = ledger.open();
    EXPECT_EQ(told.verdict, "repeated");
    EXPECT_EQ(told.says.says.sold, 3);
    EXPECT_EQ(digest(), before);
}

TEST_F(Open, L23ItsOwnRepeatIsKnownHoweverManyChangesFollowed) {
    open();
    for (int i = 0; i < 40; ++i) {
        ledger.adjust("restock_by", 1);
    }
    EXPECT_EQ(ledger.open().verdict, "repeated");
}

TEST_F(Open, L23AnOperationIsKnownByItsWholeName) {
    open({.operation = "operation-1"});
    EXPECT_EQ(ledger.open({.operation = "operation"}).verdict, "exists");
    EXPECT_EQ(ledger.open({.operation = "operation-11"}).verdict, "exists");
    EXPECT_EQ(ledger.open({.operation = "peration-1"}).verdict, "exists");
}

TEST_F(Open, L23ARepeatWithOtherTermsIsNoRepeat) {
    open({.total = 5});
    EXPECT_EQ(ledger.open({.total = 6}).verdict, "operation_reused");
}

// Redis does not roll back: a sale half opened on somebody's remains would have two journals.
TEST_F(Open, WritesNothingOverAJournalLeftBehind) {
    ledger.command({"XADD", ledger.key("journal"), "3-7", "format", "1"});
    const auto error = error_of([&] { ledger.open(); });
    EXPECT_TRUE(error.starts_with("LEFTOVER")) << error;
    EXPECT_EQ(ledger.command({"EXISTS", ledger.key()}).integer, 0);
    EXPECT_EQ(ledger.command({"EXISTS", std::string{redis::sales_key}}).integer, 0);
}

}  // namespace onsale::test
