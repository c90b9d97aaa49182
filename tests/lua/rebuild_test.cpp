#include "lua/ledger_test.hpp"

// rebuild.lua and `release`: a sale made anew, and what it withheld (L28).

namespace onsale::test {

namespace {

using texts = std::vector<std::string>;

class Rebuild : public ledger_test {
  protected:
    /// The drafts here are no whole sale, and the journal of a rebuilt one begins anew.
    Rebuild() { ended_lawless = true; }

    /// As if the orders had followed what is there up to `seen`.
    std::string step(texts args) {
        args.insert(args.begin() + 1, seen.begin(), seen.end());
        texts keys;
        for (const auto* part :
             {"", "reservations", "buyers", "due", "free", "journal", "refunds", "letters"}) {
            keys.push_back(ledger.key(part));
        }
        keys.emplace_back("onsale:sales");
        for (const auto* part : {"draft", "draft:reservations", "draft:buyers", "draft:due",
                                 "draft:free", "draft:refunds", "draft:lapsed"}) {
            keys.push_back(ledger.key(part));
        }
        return ledger.run(redis::ledger_script::rebuild, keys, args).at(0);
    }

    /// One reservation of ticket 2, ticket 1 came back, 4-5 are withheld, 6-10 were never issued.
    void draft(const std::string& epoch) {
        const auto record = "1|held|1|2|9000000000000|100|0|1|3||0|ann";
        EXPECT_EQ(step({epoch, "begin"}), "done");
        EXPECT_EQ(step({epoch, "add", "reservations", "0", id_of(1), record}), "done");
        EXPECT_EQ(step({epoch, "add", "buyers", "0", "ann", "1:1"}), "done");
        EXPECT_EQ(step({epoch, "add", "due", "0", "9000000000000", id_of(1)}), "done");
        EXPECT_EQ(step({epoch, "add", "free", "0", "1"}), "done");
    }

    std::string finish(const std::string& epoch, const std::string& reservations = "1",
                       const std::string& lapsed = "0") {
        texts args{epoch, "finish", ledger.sale(), reservations, "1", "1", "1", "0", lapsed};
        for (const auto* word : {"state",    "paused",    "total",
                                 "7",        "last",      "10",
                                 "next",     "6",         "sold",
                                 "1",        "paid",      "0",
                                 "owed",     "0",         "hold_ms",
                                 "60000",    "limit",     "0",
                                 "price",    "4200",      "opens_ms",
                                 "1",        "salt",      "000102030405060708090a0b0c0d0e0f",
                                 "withheld", "2",         "withheld_tickets",
                                 "4-5",      "withdrawn", "3",
                                 "from",     "1-5"}) {
            args.emplace_back(word);
        }
        return step(args);
    }

    texts seen{"1", "1000"};

    void lose() { ledger.command({"FLUSHALL"}); }
};

}  // namespace

TEST_F(Rebuild, L28MakesALostSaleAnewAndLeavesItPaused) {
    lose();
    draft("2");
    EXPECT_EQ(ledger.read().says.says.state, sale_state::missing) << "until the last step";
    EXPECT_EQ(finish("2"), "done");
    const auto told = ledger.read({id_of(1)});
    EXPECT_EQ(told.says.says.state, sale_state::paused);
    EXPECT_EQ(told.says.says.at, (ledger_version{2, 1}));
    EXPECT_EQ(told.says.says.remaining(), 6);
    EXPECT_EQ(told.says.says.due, 9'000'000'000'000);
    EXPECT_EQ(told.says.says.ordered, (ledger_version{})) << "the order writer tells it again";
    EXPECT_EQ(told.says.salt, "000102030405060708090a0b0c0d0e0f");
    EXPECT_EQ(told.statuses(), (texts{"known"}));
    EXPECT_EQ(ledger.command({"KEYS", ledger.key("draft") + "*"}).list.size(), 0U);
    const auto journal = ledger.command({"XRANGE", ledger.key("journal"), "-", "+"}).list;
    ASSERT_EQ(journal.size(), 1U);
    EXPECT_EQ(journal[0].list[0].text, "2-1");
}

TEST_F(Rebuild, L28TellsTheJournalWhatItEnded) {
    lose();
    draft("2");
    EXPECT_EQ(step({"2", "add", "lapsed", "0", "a line", "another"}), "done");
    EXPECT_EQ(step({"2", "add", "lapsed", "0", "a line", "another"}), "done") << "sent again";
    EXPECT_EQ(finish("2", "1", "2"), "done");
    EXPECT_EQ(ledger.read().says.says.at, (ledger_version{2, 3}));
    const auto journal = ledger.command({"XRANGE", ledger.key("journal"), "-", "+"}).list;
    ASSERT_EQ(journal.size(), 3U);
    EXPECT_EQ(journal[2].list[0].text, "2-3");
    EXPECT_EQ(journal[2].list[1].list[5].text, "another");
}

TEST_F(Rebuild, L28SellsOnWithWhatCameBackFirst) {
    lose();
    draft("2");
    finish("2");
    ledger.adjust("resume");
    EXPECT_EQ(ledger.reserve(wishes(2, 7)).tickets(),
              (std::vector<std::int64_t>{1, 6, 7, 8, 9, 10}))
        << "4 and 5 are withheld";
    EXPECT_EQ(ledger.reserve_one({id_of(9), "", 1}).status, "sold_out");
}

TEST_F(Rebuild, L28ReleasesWhatWasWithheldOnce) {
    lose();
    draft("2");
    finish("2");
    const auto told = ledger.adjust("release");
    EXPECT_EQ(told.verdict, "done");
    EXPECT_EQ(told.says.says.total, 9);
    EXPECT_EQ(told.says.next, 4) << "they border on those never issued";
    EXPECT_EQ(ledger.adjust("release").verdict, "unchanged");
    ledger.adjust("resume");
    EXPECT_EQ(ledger.reserve(wishes(2, 9)).tickets(),
              (std::vector<std::int64_t>{1, 4, 5, 6, 7, 8, 9, 10}));
}

TEST_F(Rebuild, L28ReleasesNumbersAmongOthersOneByOne) {
    lose();
    draft("2");
    finish("2");
    ledger.adjust("resume");
    ASSERT_EQ(ledger.reserve(wishes(2, 2)).tickets(), (std::vector<std::int64_t>{1, 6}));
    const auto told = ledger.adjust("release");
    EXPECT_EQ(told.says.next, 7);
    EXPECT_EQ(ledger.reserve(wishes(4, 3)).tickets(), (std::vector<std::int64_t>{4, 5, 7}));
}

TEST_F(Rebuild, L28TakesThePlaceOfAFrozenSaleButOfNoOther) {
    ledger.open();
    EXPECT_EQ(step({"2", "begin"}), "not_broken");
    ledger.reserve(wishes(7, 1));
    ledger.read({}, {1, 99});
    ASSERT_EQ(ledger.field("state"), "frozen");
    draft("2");
    EXPECT_EQ(finish("2"), "done");
    EXPECT_EQ(ledger.read({id_of(7)}).statuses(), (texts{"-"})) << "what was there is gone";
    EXPECT_EQ(ledger.adjust("resume").verdict, "done");
}

/// A true ledger that came back, with more than the orders know of, is read before it is replaced.
TEST_F(Rebuild, P3ReplacesNoLedgerThatIsFurtherThanWasSeen) {
    ledger.open();
    ledger.reserve(wishes(7, 1));
    ledger.reserve(wishes(8, 1));
    ledger.read({}, {1, 99});
    ASSERT_EQ(ledger.field("version"), "3");
    draft("2");
    for (const auto& further : {texts{"1", "2"}, {"0", "0"}, {"0", "1000"}}) {
        seen = further;
        EXPECT_EQ(step({"2", "add", "free", "1", "9"}), "moved");
        EXPECT_EQ(finish("2"), "moved");
    }
    EXPECT_EQ(ledger.read({id_of(8)}).statuses(), (texts{"known"}));
    seen = {"1", "3"};
    EXPECT_EQ(finish("2"), "done");
}

TEST_F(Rebuild, L28EveryStepMayBeSentAgain) {
    lose();
    draft("2");
    EXPECT_EQ(step({"2", "add", "free", "0", "1"}), "done");
    EXPECT_EQ(ledger.command({"LLEN", ledger.key("draft:free")}).integer, 1);
    EXPECT_EQ(finish("2"), "done");
    EXPECT_EQ(finish("2"), "repeated");
    EXPECT_EQ(step({"2", "begin"}), "repeated");
}

TEST_F(Rebuild, L28AnotherOfAHigherEpochWins) {
    lose();
    draft("2");
    draft("3");
    EXPECT_EQ(finish("2"), "outrun");
    EXPECT_EQ(finish("3"), "done");
    EXPECT_EQ(step({"2", "begin"}), "outrun");
}

TEST_F(Rebuild, L28ADraftWithAHoleIsNotTaken) {
    lose();
    draft("2");
    EXPECT_EQ(finish("2", "2"), "torn");
    EXPECT_EQ(ledger.read().says.says.state, sale_state::missing);
}

}  // namespace onsale::test
