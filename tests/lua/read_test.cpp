#include "lua/ledger_test.hpp"

#include "onsale/redis/keys.hpp"
#include "onsale/redis/word_line.hpp"

namespace onsale::test {

using Read = ledger_test;

TEST_F(Read, L4TellsTheWord) {
    open({.total = 10, .limit = 3});
    ledger.reserve({{id_of(1), "ada", 3}, {id_of(2), "bob", 1}});
    ledger.settle(id_of(1), reservation_state::paid);
    const auto told = ledger.read().says;
    EXPECT_EQ(told.says.at, (ledger_version{1, 3}));
    EXPECT_EQ(told.says.total, 10);
    EXPECT_EQ(told.says.sold, 4);
    EXPECT_EQ(told.says.paid, 3);
    EXPECT_EQ(told.says.held(), 1);
    EXPECT_EQ(told.says.remaining(), 6);
    EXPECT_EQ(told.says.ordered, (ledger_version{0, 0}));
    EXPECT_EQ(told.limit, 3);
}

TEST_F(Read, TellsRecordsInTheOrderOfTheQuestion) {
    open();
    ledger.reserve({{id_of(1), "ada", 2}, {id_of(2), "bob", 1}});
    const auto told = ledger.read({id_of(2), id_of(7), id_of(1)});
    ASSERT_EQ(told.items.size(), 3U);
    EXPECT_EQ(told.items[0].details().buyer, "bob");
    EXPECT_EQ(told.items[1].status, "-");
    EXPECT_EQ(told.items[2].tickets(), (numbers{1, 2}));
}

TEST_F(Read, HoldsNoSaleUpForOneThatIsDamaged) {
    open();
    ledger_client damaged{session, "far"};
    damaged.open();
    damaged.command({"HSET", damaged.key(), "total", "abc"});
    const auto lines =
        ledger.run(redis::ledger_script::read, {damaged.key(), ledger.key(), "onsale:{none}"},
                   {"3", "0", "0", "0", "0", "0", "0"});
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_TRUE(redis::parse_unreadable(lines[0])) << lines[0];
    EXPECT_TRUE(redis::parse_word_line(lines[1])) << lines[1];
    EXPECT_TRUE(redis::parse_word_line(lines[2])) << lines[2];
}

// Whoever asks such a key for what it should be is answered by an error, and with it all others
// that he asks for at the same time.
TEST_F(Read, NamesTheKeyThatIsOfAnotherKind) {
    open();
    for (const auto* part :
         {"reservations", "buyers", "due", "free", "journal", "refunds", "letters"}) {
        SCOPED_TRACE(part);
        const auto line = [&] {
            return ledger.run(redis::ledger_script::read, {ledger.key()}, {"1", "0", "0"}).at(0);
        };
        ledger.command({"COPY", ledger.key(part), "kept", "REPLACE"});
        ledger.command({"SET", ledger.key(part), "what another program writes"});
        const auto told = line();
        EXPECT_TRUE(told.starts_with("unreadable DAMAGED " + ledger.key(part) + " is a string"))
            << told;
        ledger.command({"DEL", ledger.key(part)});
        ledger.command({"COPY", "kept", ledger.key(part)});
        ledger.command({"DEL", "kept"});
        EXPECT_TRUE(redis::parse_word_line(line())) << line();
    }
}

TEST_F(Read, L4OfASaleThatDoesNotExistIsMissing) {
    const auto told = ledger.read({id_of(1)}, {3, 9});
    EXPECT_EQ(told.says.says.state, sale_state::missing);
    EXPECT_EQ(told.says.says.at, (ledger_version{0, 0}));
    EXPECT_EQ(told.items.at(0).status, "-");
    EXPECT_EQ(ledger.command({"DBSIZE"}).integer, 0);
}

TEST_F(Read, L6ChangesNothing) {
    open();
    ledger.reserve(wishes(1, 3));
    const auto before = digest();
    ledger.read({id_of(1), id_of(9)}, {1, 2});
    EXPECT_EQ(digest(), before);
}

TEST_F(Read, TakesABatchOfLookUps) {
    open({.total = 300});
    ledger.reserve(wishes(1, 200));
    std::vector<std::string> ids;
    for (std::size_t n = 1; n <= limits::batch; ++n) {
        ids.push_back(id_of(static_cast<std::int64_t>(n)));
    }
    const auto told = ledger.read(ids);
    ASSERT_EQ(told.items.size(), limits::batch);
    EXPECT_EQ(told.items[199].status, "known");
    EXPECT_EQ(told.items[200].status, "-");
}

// L12: one call asks for all sales that are due; each is compared with its own pair (L5).
TEST_F(Read, L12ManySalesAreToldInOrderAndFrozenOneByOne) {
    open({.total = 5});
    ledger_client other{session, "other"};
    other.open({.total = 7});
    const std::vector<std::string> keys{other.key(), redis::sale_key("none"), ledger.key()};
    const std::vector<std::string> arguments{"3", "1", "2", "1", "5", "1", "1"};
    std::vector<word> words;
    for (const auto& line : ledger.run(redis::ledger_script::read, keys, arguments)) {
        words.push_back(redis::parse_word_line(line).value().says);
    }
    ASSERT_EQ(words.size(), 3U);
    EXPECT_EQ(words[0].state, sale_state::frozen);
    EXPECT_EQ(words[0].total, 7);
    EXPECT_EQ(words[1].state, sale_state::missing);
    EXPECT_EQ(words[2].state, sale_state::open);
    EXPECT_EQ(words[2].total, 5);
}

}  // namespace onsale::test
