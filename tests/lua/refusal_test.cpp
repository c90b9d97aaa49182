#include "lua/ledger_test.hpp"

namespace onsale::test {

using Refusal = ledger_test;

TEST_F(Refusal, OfASaleThatDoesNotExistSaysMissingAndCreatesNothing) {
    const auto told = ledger.reserve(wishes(1, 2), {1, 7});
    EXPECT_EQ(told.statuses(), (statuses{"missing", "missing"}));
    EXPECT_EQ(told.says.says.state, sale_state::missing);
    EXPECT_EQ(told.says.says.at, (ledger_version{0, 0}));
    EXPECT_EQ(ledger.adjust("restock_by", 5).verdict, "missing");
    EXPECT_EQ(ledger.command({"DBSIZE"}).integer, 0);
}

TEST_F(Refusal, BeforeTheOpeningIsNotOpenByTheLedgersClock) {
    const auto now = ledger.open().says.says.now;
    ledger.command({"HSET", ledger.key(), "opens_ms", std::to_string(now + 3'600'000)});
    const auto told = ledger.reserve(wishes(1, 1));
    EXPECT_EQ(told.statuses(), (statuses{"not_open"}));
    EXPECT_EQ(told.says.says.opens, now + 3'600'000);
    ledger.command({"HSET", ledger.key(), "opens_ms", std::to_string(now)});
    EXPECT_EQ(status_of({id_of(1), ""}), "held");
}

TEST_F(Refusal, ByAPausedSaleEndsWithItsResumption) {
    open();
    ledger.adjust("pause");
    EXPECT_EQ(ledger.reserve(wishes(1, 2)).statuses(), (statuses{"paused", "paused"}));
    ledger.adjust("resume");
    EXPECT_EQ(status_of({id_of(1), ""}), "held");
}

TEST_F(Refusal, ByAClosedSaleIsForGood) {
    open();
    ledger.adjust("close");
    EXPECT_EQ(status_of({id_of(1), ""}), "closed");
    EXPECT_EQ(ledger.adjust("resume").verdict, "closed");
    EXPECT_EQ(status_of({id_of(1), ""}), "closed");
}

TEST_F(Refusal, ByARemovedSaleIsClosed) {
    open();
    ledger.command({"HSET", ledger.key(), "state", "removed"});
    EXPECT_EQ(status_of({id_of(1), ""}), "closed");
}

TEST_F(Refusal, NamesTheSalesStateBeforeAnythingOfTheBuyers) {
    open({.total = 1, .limit = 1});
    ledger.reserve({{id_of(1), "ada"}});
    ledger.adjust("pause");
    EXPECT_EQ(status_of({id_of(2), "ada", 5}), "paused");
}

TEST_F(Refusal, WritesNothing) {
    open({.total = 2, .limit = 2});
    ledger.reserve({{id_of(1), "ada", 2}});
    const auto sold_out = digest();
    ledger.reserve({{id_of(2), "ada"}, {id_of(3), "bob"}, {id_of(1), "ada", 1}});
    EXPECT_EQ(digest(), sold_out);
    for (const auto* change : {"pause", "close"}) {
        ledger.adjust(change);
        const auto before = digest();
        ledger.reserve({{id_of(2), "ada"}, {id_of(3), "bob"}});
        EXPECT_EQ(digest(), before) << change;
    }
}

// L1: a sale that another version of onsale has written is left alone.
TEST_F(Refusal, OfAnotherFormatIsAnErrorOfEveryScript) {
    open();
    ledger.command({"HSET", ledger.key(), "format", "2"});
    const auto before = digest();
    const auto says_format = [&](auto act) { return error_of(act).starts_with("FORMAT"); };
    EXPECT_TRUE(says_format([&] { ledger.open(); }));
    EXPECT_TRUE(says_format([&] { ledger.reserve(wishes(1, 1)); }));
    EXPECT_TRUE(says_format([&] { ledger.adjust("pause"); }));
    EXPECT_TRUE(ledger.run(redis::ledger_script::read, {ledger.key()}, {"1", "0", "0"})
                    .at(0)
                    .starts_with("unreadable FORMAT "));
    EXPECT_TRUE(says_format([&] { ledger.read({id_of(1)}); }));
    EXPECT_TRUE(says_format([&] { ledger.reserve(wishes(1, 1), {9, 9}); }));
    EXPECT_EQ(digest(), before);
}

}  // namespace onsale::test
