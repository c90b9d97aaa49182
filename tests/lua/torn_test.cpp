#include "lua/ledger_test.hpp"

namespace onsale::test {

/// Redis does not take back what a script wrote before one of its commands failed. A sale with
/// three tickets, one of them sold, one come back.
class Torn : public ledger_test {
  protected:
    Torn() {
        open({.total = 3});
        ledger.reserve({{id_of(1), "ada"}, {id_of(2), "bob"}});
        ledger.settle(id_of(2), reservation_state::cancelled);
        ended_lawless = true;
    }

    /// Commands on this part fail from now on.
    void spoil(const char* part) {
        ledger.command({"DEL", ledger.key(part)});
        ledger.command({"HSET", ledger.key(part), "not", "what it was"});
    }

    /// `act` fails and has frozen the sale: nobody is sold anything any more.
    template <class Action>
    void expect_torn(Action act) {
        const auto error = error_of(act);
        EXPECT_TRUE(error.starts_with("TORN ")) << error;
        EXPECT_EQ(ledger.field("state"), "frozen");
        EXPECT_EQ(status_of({id_of(7), "eve"}), "frozen");
        EXPECT_EQ(ledger.settle_one({id_of(1), "cancel"}).status, "frozen");
    }
};

TEST_F(Torn, P1AReserveFreezesWhatItCouldNotFinish) {
    for (const auto* part : {"due", "journal", "free"}) {
        SCOPED_TRACE(part);
        ledger.command({"FLUSHALL"});
        open({.total = 3});
        ledger.reserve({{id_of(1), "ada"}, {id_of(2), "bob"}});
        ledger.settle(id_of(2), reservation_state::cancelled);
        spoil(part);
        expect_torn([&] { ledger.reserve({{id_of(3), "cy"}}); });
    }
}

// The same id again, as a node sends it that had no answer, is told no ticket.
TEST_F(Torn, P1NobodyIsToldATicketOfIt) {
    spoil("due");
    EXPECT_NE(error_of([&] { ledger.reserve({{id_of(3), "cy"}}); }), "");
    EXPECT_EQ(status_of({id_of(3), "cy"}), "frozen");
    EXPECT_EQ(ledger.read({id_of(3)}).items.at(0).status, "-") << "nor who asks for it by its id";
}

TEST_F(Torn, P2ASettleFreezesWhatItCouldNotFinish) {
    for (const auto* part : {"free", "journal"}) {
        SCOPED_TRACE(part);
        ledger.command({"FLUSHALL"});
        open({.total = 3});
        ledger.reserve({{id_of(1), "ada"}});
        spoil(part);
        expect_torn([&] { ledger.settle_one({id_of(1), "cancel"}); });
    }
}

TEST_F(Torn, P2ASweepFreezesWhatItCouldNotFinish) {
    ledger.make_due(id_of(1));
    spoil("free");
    expect_torn([&] { ledger.sweep(); });
}

// Half of it could not even be frozen.
TEST_F(Torn, P2WhoMayNotFreezeASaleChangesNothingOfIt) {
    ledger.command({"ACL", "SETUSER", "half", "on", "nopass", "~*", "+@all", "-hset"});
    auto as_half = server().connect();
    ASSERT_TRUE(as_half.command({"AUTH", "half", "any"}));
    ledger_client half{as_half, ledger.sale()};
    const auto before = digest();
    const auto settling = error_of([&] { half.settle_one({id_of(1), "cancel"}); });
    const auto buying = error_of([&] { half.reserve({{id_of(3), "cy"}}); });
    const auto changing = error_of([&] { half.adjust("pause"); });
    for (const auto& error : {settling, buying, changing})
        EXPECT_TRUE(error.starts_with("NOPERM ")) << error;
    EXPECT_EQ(digest(), before);
    ledger.command({"ACL", "DELUSER", "half"});
}

TEST_F(Torn, P2NothingIsTakenFromASaleWithADamagedField) {
    for (const std::string field :
         {"state", "epoch", "version", "total", "sold", "paid", "last", "next", "hold_ms", "limit",
          "price", "opens_ms", "salt", "ordered", "due", "owed", "letters"}) {
        for (const std::string value : {"", "-", "half", "1.5"}) {
            SCOPED_TRACE(field + " " + value);
            const auto whole = ledger.field(field);
            ledger.command({"HSET", ledger.key(), field, value});
            if (value == "-") ledger.command({"HDEL", ledger.key(), field});
            const auto before = digest();
            const auto buying = error_of([&] { ledger.reserve({{id_of(3), "cy"}}); });
            const auto settling = error_of([&] { ledger.settle_one({id_of(1), "cancel"}); });
            const auto changing = error_of([&] { ledger.adjust("restock_by", 1); });
            for (const auto& error : {buying, settling, changing})
                EXPECT_TRUE(error.starts_with("DAMAGED the field " + field)) << error;
            EXPECT_EQ(digest(), before);
            ledger.command({"HSET", ledger.key(), field, whole});
        }
    }
    EXPECT_EQ(status_of({id_of(3), "cy"}), "held") << "once it is mended";
}

TEST_F(Torn, L3AnAdjustFreezesWhatItCouldNotFinish) {
    spoil("journal");
    expect_torn([&] { ledger.adjust("restock_by", 5); });
}

TEST_F(Torn, L8AnOpenThatCannotListTheSaleMakesNone) {
    ledger.command({"FLUSHALL"});
    ledger.command({"SET", "onsale:sales", "no set"});
    EXPECT_TRUE(error_of([&] { ledger.open(); }).starts_with("TORN "));
    EXPECT_EQ(status_of({id_of(3), "cy"}), "missing");
}

}  // namespace onsale::test
