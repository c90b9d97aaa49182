#include "lua/ledger_test.hpp"

#include "onsale/core/text.hpp"

namespace onsale::test {

/// What a call costs Redis, and what happens when Redis has nothing left or dies.
class Cost : public ledger_test {
  protected:
    /// Redis commands that `act` runs, those inside scripts included.
    template <class Action>
    std::int64_t commands_of(Action act) {
        const auto before = calls();
        act();
        return calls() - before - 1;  // but for the INFO before
    }

  private:
    std::int64_t calls() {
        const auto report = ledger.command({"INFO", "commandstats"}).text;
        constexpr std::string_view mark = "calls=";
        std::int64_t sum = 0;
        for (std::string_view rest = report; !rest.empty();) {
            auto line = cut(rest, '\n');
            const auto at = line.find(mark);
            if (at == std::string_view::npos) continue;
            line.remove_prefix(at + mark.size());
            sum += parse_integer(cut(line, ',')).value();
        }
        return sum;
    }
};

TEST_F(Cost, L16OfABatchIsAsManyCommandsHoweverBigItIs) {
    open({.total = 1000, .limit = 10});
    const auto batch = [](std::int64_t first, std::int64_t count) {
        auto result = wishes(first, count);
        for (auto& one : result) {
            one.buyer = "buyer-" + one.id;
        }
        return result;
    };
    ledger.reserve(batch(1, 1));
    const auto one = commands_of([&] { ledger.reserve(batch(1000, 1)); });
    const auto many = commands_of([&] { ledger.reserve(batch(2000, 256)); });
    EXPECT_EQ(many, one);
    EXPECT_LE(many, 12);
}

TEST_F(Cost, L16OfReturnedNumbersIsOneCommandMore) {
    open({.total = 100});
    ledger.reserve(wishes(1, 100));
    for (std::int64_t n = 1; n <= 60; ++n) {
        ledger.settle(id_of(n), reservation_state::cancelled);
    }
    const auto one = commands_of([&] { ledger.reserve(wishes(1000, 1)); });
    const auto many = commands_of([&] { ledger.reserve(wishes(2000, 50)); });
    EXPECT_EQ(many, one);
}

TEST_F(Cost, OfARefusedBatchIsThreeReads) {
    open({.total = 1});
    ledger.reserve(wishes(1, 1));
    const auto cost = commands_of([&] { ledger.reserve(wishes(2, 200)); });
    EXPECT_LE(cost, 4);  // EVALSHA, the sale, the clock, the records
}

class FullRedis : public testing::Test {
  protected:
    void fill() {
        ledger.command({"CONFIG", "SET", "maxmemory", "1"});
        EXPECT_TRUE(error_of([&] { ledger.command({"SET", "x", "1"}); }).starts_with("OOM"));
    }

    redis_server server;
    redis::session session = server.connect();
    ledger_client ledger{session, "full"};
};

TEST_F(FullRedis, L29RefusesPurchasesAndStillReads) {
    ledger.open({.total = 10});
    ledger.reserve(wishes(1, 2));
    fill();
    EXPECT_TRUE(error_of([&] { ledger.reserve(wishes(3, 1)); }).starts_with("OOM"));
    const auto told = ledger.read({id_of(1), id_of(3)});
    EXPECT_EQ(told.says.says.sold, 2);
    EXPECT_EQ(told.items[0].status, "known");
    EXPECT_EQ(told.items[1].status, "-");
    EXPECT_EQ(describe(breaches_of_law(ledger)), "");
    ledger.command({"CONFIG", "SET", "maxmemory", "0"});
    EXPECT_EQ(ledger.reserve(wishes(3, 1)).tickets(), (numbers{3}));
}

TEST_F(FullRedis, L6StillFreezesALedgerThatWentBack) {
    ledger.open();
    fill();
    EXPECT_EQ(ledger.read({}, {1, 2}).says.says.state, sale_state::frozen);
    EXPECT_EQ(ledger.field("state"), "frozen");
}

TEST(KilledRedis, P3KeepsEveryTicketItAnswered) {
    redis_server server{{.tcp = true}};
    std::string record;
    {
        auto session = server.connect();
        ledger_client ledger{session, "killed"};
        ledger.open({.total = 100});
        for (std::int64_t n = 1; n <= 20; ++n) {
            record = ledger.reserve_one({id_of(n), "ada"}).record;
        }
    }
    server.kill();
    server.start();
    auto session = redis::session::connect(server.tcp_endpoint(), std::chrono::seconds{5});
    ASSERT_TRUE(session) << session.error().why;
    ledger_client ledger{*session, "killed"};
    EXPECT_EQ(ledger.reserve_one({id_of(20), "ada"}).record, record);
    EXPECT_EQ(ledger.read({}, {1, 21}).says.says.state, sale_state::open);
    EXPECT_EQ(describe(breaches_of_law(ledger)), "");
}

}  // namespace onsale::test
