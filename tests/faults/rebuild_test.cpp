#include "../../src/app/rebuild/rebuild_ledger.hpp"
#include "support/http_client.hpp"
#include "support/order_database.hpp"
#include "support/order_writer.hpp"
#include "support/program.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include "onsale/orders/address.hpp"
#include "onsale/orders/snapshot.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <set>
#include <thread>

// A lost ledger is rebuilt from its orders, and sells on (L28, L30).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;
using texts = std::vector<std::string>;

/// Two nodes that sell a sale of 1,000, and the order writer behind them.
class RebuiltLedger : public testing::Test {
  protected:
    RebuiltLedger() { start_writer(); }

    void start_writer() {
        if (writer) {
            writer->start();
        } else {
            writer = std::make_unique<order_writer>(on.redis.endpoint(), orders.url());
        }
    }

    /// `count` buyers with names of their own, each of whom gets a ticket.
    void sell(int count) {
        for (int n = 0; n < count; ++n) {
            const auto answer = buy_at(on.ports()[static_cast<std::size_t>(n % 2)], next_name());
            ASSERT_TRUE(answer.is_yes()) << answer.status << ' ' << answer.code;
            for (const auto ticket : answer.tickets)
                EXPECT_TRUE(tickets.insert(ticket).second) << ticket << " was sold twice";
        }
    }
    std::string next_name() { return "buyer-" + std::to_string(++buyers); }

    [[nodiscard]] bool is_ordered() {
        return wait_until([&] {
            const auto says = on.ledger().read().says.says;
            return says.ordered == says.at;
        });
    }

    /// By the orders themselves: what the ledger was told may be of orders that went back.
    [[nodiscard]] bool all_is_written() {
        const auto at = on.ledger().read().says.says.at;
        return orders.number(
                   "SELECT count(*) FROM positions WHERE epoch = " + std::to_string(at.epoch) +
                   " AND version = " + std::to_string(at.version)) == 1;
    }

    /// Runs `onsale …` on this stage's ledger and orders.
    program_result run(texts command) {
        command.insert(command.begin(), onsale_binary());
        command.insert(command.end(),
                       {"--redis", on.redis.endpoint().to_string(), "--orders", orders.url()});
        return run_program(command);
    }
    program_result change(const std::string& name) {
        return run_program(
            {onsale_binary(), "sale", name, "G101", "--redis", on.redis.endpoint().to_string()});
    }

    boost::json::value rebuild(bool asks_nodes = true) {
        texts command{"sale", "rebuild", "G101", "--json"};
        for (const auto port : on.ports()) {
            if (!asks_nodes) break;
            command.insert(command.end(), {"--node", "http://127.0.0.1:" + std::to_string(port)});
        }
        const auto result = run(command);
        EXPECT_EQ(result.status, 0) << result.output;
        return boost::json::parse(result.output.substr(result.output.find('{')));
    }

    void flush() {
        on.command({"FLUSHALL"});
        ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "missing"); }));
    }

    [[nodiscard]] orders::database_address where() const {
        return *orders::parse_database(orders.url());
    }
    [[nodiscard]] auto read_orders() const { return orders::read_snapshot(where(), "G101"); }

    /// As a rebuild that has taken an epoch, and then comes to nothing.
    void claim(std::int64_t epoch) {
        const auto snapshot = read_orders();
        ASSERT_TRUE(snapshot) << snapshot.error().sentence;
        const auto claimed = orders::claim_epoch(where(), "G101", *snapshot, epoch);
        ASSERT_TRUE(claimed) << claimed.error().sentence;
        EXPECT_TRUE(*claimed);
    }

    /// The orders hold all that was before `meanwhile`, and nothing of what is done in it.
    void orders_go_back_behind(const std::function<void()>& meanwhile) {
        ASSERT_TRUE(is_ordered());
        ASSERT_EQ(writer->stop(), 0);
        orders.keep_copy();
        start_writer();
        meanwhile();
        ASSERT_TRUE(is_ordered());
        ASSERT_EQ(writer->stop(), 0);
        orders.put_copy_back();
        start_writer();
    }

    /// Sells on, to the last ticket; what comes out is whole.
    void sells_on() {
        ASSERT_EQ(change("resume").status, 0);
        ASSERT_TRUE(
            wait_until([&] { return get(on.ports()[0], "/v1/sales/G101").at("state") == "open"; }));
        ASSERT_TRUE(
            wait_until([&] { return get(on.ports()[1], "/v1/sales/G101").at("state") == "open"; }));
        sell(static_cast<int>(on.total() - on.sold()));
        EXPECT_TRUE(wait_until([&] { return all_told(on.ports(), 409, "sold_out"); }));
        ASSERT_TRUE(is_ordered()) << writer->log();
        const auto audit = run({"audit", "G101"});
        EXPECT_EQ(audit.status, 0) << audit.output;
    }

    stage on{{.nodes = 2, .total = 200}};
    order_database orders{database_kind::sqlite};
    std::unique_ptr<order_writer> writer;
    std::set<std::int64_t> tickets;
    int buyers = 0;
};

TEST_F(RebuiltLedger, L28WhenItWasEmptiedWithNodesAlive) {
    sell(60);
    ASSERT_TRUE(is_ordered());
    flush();
    EXPECT_EQ(run({"audit", "G101"}).status, 1) << "it lists the gap";
    const auto report = rebuild();
    EXPECT_EQ(report.at("withheld").as_int64(), 0) << "the nodes know that nothing came after";
    EXPECT_EQ(report.at("sold").as_int64(), 60);
    EXPECT_EQ(report.at("remaining").as_int64(), 140);
    EXPECT_EQ(report.at("state").as_string(), "paused");
    EXPECT_EQ(report.at("epoch").as_int64(), 2);
    EXPECT_TRUE(wait_until([&] { return all_told(on.ports(), 409, "paused"); }));
    sells_on();
    EXPECT_EQ(tickets.size(), 200U) << "every ticket, once";
}

TEST_F(RebuiltLedger, P4KnowsItsBuyersAgain) {
    const auto first = buy_at(on.ports()[0], "ann");
    ASSERT_TRUE(first.is_yes());
    ASSERT_TRUE(is_ordered());
    flush();
    rebuild();
    ASSERT_EQ(change("resume").status, 0);
    ASSERT_TRUE(wait_until([&] { return buy_at(on.ports()[1], "ann").status == 200; }));
    EXPECT_EQ(buy_at(on.ports()[1], "ann").reservation, first.reservation);
}

TEST_F(RebuiltLedger, L28KeepsWhatNoOrderTellsOfOutOfTheSale) {
    sell(40);
    ASSERT_TRUE(is_ordered());
    writer->kill();
    sell(15);
    flush();
    const auto report = rebuild();
    EXPECT_EQ(report.at("sold").as_int64(), 40);
    EXPECT_EQ(report.at("withheld").as_int64(), 15);
    EXPECT_EQ(report.at("withheld_tickets").as_string(), "41-55");
    start_writer();
    sells_on();
    EXPECT_EQ(tickets.size(), 200U) << "none was sold twice, also of those that are lost";
    EXPECT_EQ(change("release").status, 0);
    EXPECT_EQ(on.total(), 200);
    EXPECT_TRUE(wait_until([&] { return buy_at(on.ports()[0], next_name()).is_yes(); }));
}

TEST_F(RebuiltLedger, L28WithholdsAllThatIsNobodysIfNoNodeRemembers) {
    sell(40);
    ASSERT_TRUE(is_ordered());
    flush();
    for (const auto& one : on.nodes) {
        one->kill();
        one->start();
    }
    for (const bool asks_nodes : {true, false}) {
        const auto report = rebuild(asks_nodes);
        EXPECT_EQ(report.at("unknown_versions").as_int64(), -1);
        EXPECT_EQ(report.at("withheld").as_int64(), 160);
        EXPECT_EQ(report.at("remaining").as_int64(), 0);
        ASSERT_TRUE(is_ordered());
        on.command({"FLUSHALL"});
    }
    rebuild(false);
    ASSERT_EQ(change("release").status, 0);
    sells_on();
    EXPECT_EQ(tickets.size(), 200U);
}

TEST_F(RebuiltLedger, L30WhenItWasPutBackToAnOlderCopyAndAllWasRestarted) {
    namespace files = std::filesystem;
    const auto data = on.redis.directory() / "appendonlydir";
    const auto copy = on.redis.directory() / "copy";
    sell(30);
    ASSERT_TRUE(is_ordered());
    on.redis.kill();
    files::copy(data, copy, files::copy_options::recursive);
    on.redis.start();
    on.reconnect();
    ASSERT_TRUE(on.all_sell());
    sell(30);
    ASSERT_TRUE(is_ordered());
    const auto sold = on.sold();
    writer->kill();
    for (const auto& one : on.nodes)
        one->kill();
    on.redis.kill();
    files::remove_all(data);
    files::copy(copy, data, files::copy_options::recursive);
    on.redis.start();
    on.reconnect();
    start_writer();
    ASSERT_TRUE(wait_until([&] { return on.ledger().field("state") == "frozen"; }))
        << writer->log();
    for (const auto& one : on.nodes)
        one->start();
    EXPECT_TRUE(all_told(on.ports(), 503, "frozen"));
    EXPECT_EQ(run({"audit", "G101"}).status, 1);
    EXPECT_EQ(rebuild(false).at("sold").as_int64(), sold);
    ASSERT_EQ(change("release").status, 0);
    sells_on();
}

/// The journal above the orders' position is another one than theirs, and is not read.
TEST_F(RebuiltLedger, L25WhenItWentBackAndOnPastTheOrders) {
    sell(30);
    ASSERT_TRUE(is_ordered());
    writer->kill();
    for (const auto& one : on.nodes)
        one->kill();
    on.command({"FLUSHALL"});
    on.ledger().open({.total = 200, .operation = "operation-again"});
    for (int n = 1; n <= 50; ++n)
        on.ledger().reserve(wishes(n, 1));
    start_writer();
    ASSERT_TRUE(wait_until([&] { return on.ledger().field("state") == "frozen"; }))
        << writer->log();
    EXPECT_EQ(rebuild(false).at("sold").as_int64(), 30);
    for (const auto& one : on.nodes)
        one->start();
    ASSERT_EQ(change("release").status, 0);
    sells_on();
    EXPECT_EQ(tickets.size(), 200U);
}

TEST_F(RebuiltLedger, L28ReadsWhatIsLeftOfTheJournalItselfIfNobodyElseDoes) {
    sell(20);
    ASSERT_TRUE(is_ordered());
    writer->kill();
    sell(20);
    // Somebody knew of more than there is.
    EXPECT_EQ(on.ledger().read({}, {1, 999'999}).says.says.state, sale_state::frozen);
    const auto report = rebuild(false);
    EXPECT_EQ(report.at("sold").as_int64(), 40);
    start_writer();
    ASSERT_EQ(change("release").status, 0);
    sells_on();
    EXPECT_EQ(tickets.size(), 200U);
}

/// It was stopped, or Redis was away, or somebody else was faster.
TEST_F(RebuiltLedger, L28OfWhichNothingComesHasChangedNothing) {
    sell(20);
    ASSERT_TRUE(is_ordered());
    on.command({"SWAPDB", "0", "5"});
    ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "missing"); }));
    claim(2);
    on.command({"SWAPDB", "0", "5"});
    ASSERT_TRUE(wait_until([&] { return on.all_sell(); }));
    sell(20);
    EXPECT_TRUE(is_ordered()) << writer->log();
    EXPECT_EQ(on.ledger().field("state"), "open") << "it is whole";
    const auto sold = on.sold();
    flush();
    const auto report = rebuild();
    EXPECT_EQ(report.at("sold").as_int64(), sold);
    EXPECT_EQ(report.at("withheld").as_int64(), 0);
}

TEST_F(RebuiltLedger, L28KnowsWhatItWithheldThoughSomebodyElseWasAboutToRebuildIt) {
    sell(40);
    ASSERT_TRUE(is_ordered());
    writer->kill();
    sell(15);
    flush();
    EXPECT_EQ(rebuild().at("withheld").as_int64(), 15);
    claim(3);
    start_writer();
    ASSERT_TRUE(is_ordered()) << writer->log();
    EXPECT_EQ(run({"audit", "G101"}).status, 0);
    ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 409, "paused"); }));
    flush();
    EXPECT_EQ(rebuild().at("withheld_tickets").as_string(), "41-55") << "as before";
}

/// The rebuild's entry follows on those orders that it was made of, and on no others.
TEST_F(RebuiltLedger, P8GivesOrdersThatWentBackTheirRowsAgain) {
    sell(40);
    ASSERT_TRUE(is_ordered());
    flush();
    rebuild();
    ASSERT_TRUE(is_ordered());
    writer->kill();
    for (const auto* table : {"orders", "refunds", "positions", "sales", "dead_letters"})
        orders.execute(std::string{"DELETE FROM "} + table);
    start_writer();
    EXPECT_TRUE(wait_until([&] { return all_is_written(); })) << writer->log();
    EXPECT_EQ(orders.number("SELECT count(*) FROM orders"), 40);
    EXPECT_EQ(run({"audit", "G101"}).status, 0);
    sells_on();
}

/// The writer was killed between two commits: the rows are filled up to a rebuild, whose entry it
/// has not read.
TEST_F(RebuiltLedger, P8FollowsTheRebuildThatItsOrdersWereFilledUpTo) {
    sell(40);
    ASSERT_TRUE(is_ordered());
    ASSERT_EQ(writer->stop(), 0);
    flush();
    rebuild();
    orders.execute("UPDATE positions SET epoch = 2, version = 0, fingerprint = ''");
    start_writer();
    EXPECT_TRUE(wait_until([&] { return all_is_written(); })) << writer->log();
    EXPECT_EQ(on.ledger().field("state"), "paused");
    sells_on();
}

/// It began to read before the ledger was there: no look tells it that all is new.
TEST_F(RebuiltLedger, L27IsToldAllDeadLettersByAWriterThatWaitedForIt) {
    sell(5);
    const auto digits = std::string(32, 'd');
    on.ledger().append_to_journal(
        {"format", "1", "change", "reserve", "records", digits + " 9|of a newer onsale"});
    const auto letters = [&] {
        return on.command({"SISMEMBER", on.ledger().key("letters"), digits}).integer;
    };
    ASSERT_TRUE(wait_until([&] { return letters() == 1; }));
    ASSERT_EQ(writer->stop(), 0);
    flush();
    const auto snapshot = read_orders();
    ASSERT_TRUE(snapshot);
    const auto made = app::rebuild_sale(*snapshot, std::nullopt, {.now = 1, .epoch = 2});
    ASSERT_TRUE(made);
    claim(2);
    start_writer();
    ASSERT_TRUE(wait_until([&] { return writer->times_told("the ledger has lost it") > 0; }));
    std::this_thread::sleep_for(1s);  // all letters are told, to nobody
    app::steady_session ledger{on.redis.endpoint()};
    const auto written = app::write_rebuilt(ledger, "G101", 2, {}, *made);
    ASSERT_TRUE(written);
    ASSERT_EQ(written->verdict, "done");
    EXPECT_TRUE(wait_until([&] { return all_is_written(); })) << writer->log();
    EXPECT_TRUE(wait_until([&] { return letters() == 1; })) << writer->log();
}

/// It was begun, the ledger came back and went on, and was lost again before it was finished.
TEST_F(RebuiltLedger, L25OfOrdersThatHaveGoneOnSinceIsFrozenAndRebuiltAgain) {
    sell(20);
    ASSERT_TRUE(is_ordered());
    ASSERT_EQ(writer->stop(), 0);
    flush();
    rebuild();
    orders.execute("UPDATE positions SET version = version + 900");
    start_writer();
    EXPECT_TRUE(wait_until([&] { return on.ledger().field("state") == "frozen"; }))
        << writer->log();
    EXPECT_EQ(rebuild(false).at("sold").as_int64(), 20) << "beside the writer";
    ASSERT_EQ(change("release").status, 0);
    sells_on();
    EXPECT_EQ(tickets.size(), 200U);
}

/// The ledger's records say which tickets are whose, not which have left the sale.
TEST_F(RebuiltLedger, L28SellsNoNumberThatLeftTheSaleUnseenByTheOrders) {
    sell(40);
    orders_go_back_behind([&] {
        on.withdraw_all_but(100);
        sell(5);
    });
    ASSERT_TRUE(wait_until([&] { return all_is_written(); })) << writer->log();
    flush();
    const auto report = rebuild();
    EXPECT_EQ(report.at("remaining").as_int64(), 0) << "nobody knows which may be sold";
    EXPECT_EQ(report.at("withheld").as_int64(), 95);
}

/// A rebuild in between was made of other orders than those that are back.
TEST_F(RebuiltLedger, L28SellsNoNumberThatLeftTheSaleBeforeARebuildUnseenByTheOrders) {
    sell(40);
    orders_go_back_behind([&] {
        on.withdraw_all_but(100);
        ASSERT_TRUE(is_ordered());
        flush();
        rebuild();
    });
    const auto is_followed = [&] { return orders.number("SELECT epoch FROM positions") == 2; };
    ASSERT_TRUE(wait_until(is_followed)) << writer->log();
    ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 409, "paused"); }));
    flush();
    EXPECT_EQ(rebuild().at("remaining").as_int64(), 0) << "nobody knows which may be sold";
}

TEST_F(RebuiltLedger, L28ReadsAJournalThatHasLostItsSale) {
    sell(20);
    ASSERT_TRUE(is_ordered());
    writer->kill();
    sell(20);
    on.command({"DEL", on.ledger().key()});
    EXPECT_EQ(rebuild(false).at("sold").as_int64(), 40);
    start_writer();
    ASSERT_EQ(change("release").status, 0);
    sells_on();
    EXPECT_EQ(tickets.size(), 200U);
}

/// It has read on before the ledger was lost, and the database is slow.
TEST_F(RebuiltLedger, L28AWriterThatIsStillCommittingDoesNotComeBetween) {
    sell(20);
    ASSERT_TRUE(is_ordered());
    orders.take_away();
    sell(20);
    flush();
    std::thread slow{[&] {
        std::this_thread::sleep_for(800ms);
        orders.bring_back();
    }};
    const auto report = rebuild();
    slow.join();
    EXPECT_EQ(report.at("sold").as_int64() + report.at("withheld").as_int64(), 40);
    sells_on();
    EXPECT_EQ(tickets.size(), 200U);
}

TEST_F(RebuiltLedger, IsNotMadeOfOneThatIsWell) {
    sell(5);
    ASSERT_TRUE(is_ordered());
    const auto refused = run({"sale", "rebuild", "G101"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_NE(refused.output.find("nothing to rebuild"), std::string::npos) << refused.output;
    EXPECT_EQ(run({"sale", "rebuild", "unknown"}).status, 2);
    sell(5);
}

TEST_F(RebuiltLedger, L8IsRemovedInTheEndAndNeverOpenedAgain) {
    sell(5);
    ASSERT_TRUE(is_ordered());
    flush();
    rebuild();
    for (const auto& record : orders.column("SELECT reservation FROM orders")) {
        on.ledger().settle(record.substr(record.find('.') + 1), reservation_state::cancelled);
    }
    ASSERT_EQ(change("close").status, 0);
    ASSERT_TRUE(is_ordered()) << writer->log();
    EXPECT_EQ(change("remove").status, 0);
    EXPECT_EQ(run({"sale", "open", "G101", "--total", "10"}).status, 2);
    EXPECT_EQ(run({"sale", "rebuild", "G101"}).status, 2);
}

}  // namespace

}  // namespace onsale::test
