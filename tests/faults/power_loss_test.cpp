#include "support/power_loss.hpp"

#include "support/law.hpp"
#include "support/on_threads.hpp"
#include "support/order_database.hpp"
#include "support/order_writer.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <random>
#include <thread>

// The power goes: every process is dead at once, and what was not synced is gone (P3, L7, L24).
// ONSALE_POWER_LOSSES=N has it go N times instead of a few.

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr const char* ledger_files = ".incr.aof";

int losses_wanted(int usual) {
    const char* asked = std::getenv("ONSALE_POWER_LOSSES");
    return asked == nullptr ? usual : std::max(1, std::atoi(asked));
}

std::chrono::milliseconds some_time(std::minstd_rand& random, int least, int most) {
    return std::chrono::milliseconds{std::uniform_int_distribution{least, most}(random)};
}

/// The ledger and a few of its callers, in a room where the power goes.
class powered_ledger {
  public:
    explicit powered_ledger(const std::string& appendfsync)
        : redis{{.arguments = {"--appendfsync", appendfsync}, .environment = power.environment()}} {
        client().open({.total = 10'000'000, .hold_ms = 3'600'000});
    }

    ledger_client client() {
        session_.emplace(redis.connect());
        return ledger_client{*session_, stage::sale};
    }

    /// Sells as fast as it can until the power goes after `time`.
    void sell_until_the_power_goes(std::chrono::milliseconds time) {
        constexpr int callers = 3;
        std::array<std::vector<told_item>, callers> told;
        on_threads(callers + 1, [&](int which) {
            if (which < callers) return buy_to_the_end(told.at(static_cast<std::size_t>(which)));
            std::this_thread::sleep_for(time);
            redis.process().send(SIGKILL);
        });
        redis.kill();
        for (auto& one : told)
            acknowledged.insert(acknowledged.end(), one.begin(), one.end());
        gone += power.strike(redis.directory() / "appendonlydir", ledger_files, random);
        redis.start();
    }

    /// Of those that were acknowledged, how many the ledger has no longer as they were told.
    int lost() {
        auto ledger = client();
        int missing = 0;
        for (std::size_t first = 0; first < acknowledged.size(); first += 1000) {
            const auto end = std::min(first + 1000, acknowledged.size());
            std::vector<std::string> ids;
            for (auto i = first; i < end; ++i)
                ids.push_back(acknowledged[i].id);
            const auto there = ledger.read(ids).items;
            for (auto i = first; i < end; ++i)
                missing += there[i - first].record != acknowledged[i].record ? 1 : 0;
        }
        return missing;
    }

    power_loss power;
    redis_server redis;
    std::minstd_rand random{20270201};
    std::vector<told_item> acknowledged;
    std::int64_t gone = 0;  ///< bytes

  private:
    void buy_to_the_end(std::vector<told_item>& told) {
        auto own = redis.connect();
        ledger_client ledger{own, stage::sale};
        try {
            for (;;) {
                const auto first = next_.fetch_add(16);
                const auto count = 1 + first / 16 % 16;
                for (auto& item : ledger.reserve(wishes(first, count)).items)
                    told.push_back(std::move(item));
            }
        } catch (const std::runtime_error&) {
            return;  // the power is gone
        }
    }

    std::optional<redis::session> session_;
    std::atomic<std::int64_t> next_{0};
};

TEST(PowerLoss, SyncedBeforeItIsToldEveryTicketSurvives) {
    powered_ledger on{"always"};
    const int losses = losses_wanted(8);
    for (int i = 0; i < losses; ++i) {
        on.sell_until_the_power_goes(some_time(on.random, 20, 120));
        ASSERT_EQ(on.lost(), 0) << "of " << on.acknowledged.size() << ", at loss " << i + 1;
    }
    auto ledger = on.client();
    EXPECT_EQ(describe(breaches_of_law(ledger)), "");
    EXPECT_GT(on.acknowledged.size(), 0U);
    std::cout << losses << " losses, " << on.acknowledged.size() << " tickets told, all there; "
              << on.gone << " bytes were not synced and are gone\n";
}

/// That it survives is not for want of a loss: the same test finds one where there is one to find.
TEST(PowerLoss, SyncedEverySecondTicketsThatWereToldAreLost) {
    powered_ledger on{"everysec"};
    for (int i = 0; i < 3; ++i)
        on.sell_until_the_power_goes(some_time(on.random, 100, 300));
    EXPECT_GT(on.lost(), 0);
    std::cout << on.lost() << " of " << on.acknowledged.size() << " tickets told are lost\n";
    auto ledger = on.client();
    EXPECT_EQ(describe(breaches_of_law(ledger)), "") << "what is left is whole";
}

/// Redis by itself would keep the first commands of a torn transaction in the file, and do them at
/// the start after the next.
TEST(PowerLoss, InTheMiddleOfAScriptsWritesLeavesNothingOfThem) {
    powered_ledger on{"always"};
    auto ledger = on.client();
    const auto told = ledger.reserve_one({id_of(1), "ada"});
    ledger.reserve_one({id_of(2), "bob"});
    on.redis.kill();
    const auto file = on.redis.directory() / "appendonlydir" / "appendonly.aof.1.incr.aof";
    const auto text = text_of(file);
    std::filesystem::resize_file(file, text.rfind("ZADD") + 2);
    for (int start = 0; start < 2; ++start) {
        on.redis.start();
        auto again = on.client();
        EXPECT_EQ(again.read({id_of(1)}).items.at(0).record, told.record);
        EXPECT_EQ(again.read({id_of(2)}).items.at(0).status, "-");
        EXPECT_EQ(describe(breaches_of_law(again)), "");
        again.reserve_one({id_of(3 + start), "cleo"});
        on.redis.kill();
    }
}

/// What was synced is missing there: nobody but the operator may decide to go on without it.
TEST(PowerLoss, IsNotTakenForAFileThatIsBrokenInTheMiddle) {
    powered_ledger on{"always"};
    auto ledger = on.client();
    for (int n = 1; n <= 20; ++n)
        ledger.reserve_one({id_of(n), "ada"});
    on.redis.kill();
    const auto file = on.redis.directory() / "appendonlydir" / "appendonly.aof.1.incr.aof";
    auto text = text_of(file);
    text[text.find("ZADD") - 3] = '?';
    std::ofstream{file, std::ios::binary} << text;
    EXPECT_THROW(on.redis.start(), std::runtime_error);
    EXPECT_EQ(text_of(file), text);
}

TEST(PowerLoss, OfTheWholeSystemTheSaleEndsExactAndNoTicketIsMissing) {
    power_loss power;
    stage on{{.nodes = 2, .total = crowd::endless, .redis = {.environment = power.environment()}}};
    std::minstd_rand random{7};
    auto chosen = on.visitors();
    chosen.pause = 5ms;
    chosen.tries = 200;
    crowd buyers{chosen};
    buyers.start();
    for (int i = 0; i < losses_wanted(3); ++i) {
        const auto before = on.sold();
        ASSERT_TRUE(wait_until([&] { return on.sold() >= before + 300; }));
        on.redis.process().send(SIGKILL);
        for (auto& one : on.nodes)
            one->kill();
        on.redis.kill();
        power.strike(on.redis.directory() / "appendonlydir", ledger_files, random);
        on.redis.start();
        for (auto& one : on.nodes)
            one->start();
        on.reconnect();
    }
    EXPECT_TRUE(on.sells_out_to(buyers));
    EXPECT_EQ(broken(buyers, on), "");
}

/// What the ledger was told is ordered is in the database, whatever was not synced (L24, L26).
TEST(PowerLoss, OfTheOrderWriterNoOrderThatWasReportedIsMissing) {
    power_loss power;
    stage on{{.nodes = 1, .total = crowd::endless}};
    order_database orders{database_kind::sqlite};
    order_writer writer{on.redis.endpoint(), orders.url()};
    writer.kill();
    writer.start(power.environment());
    auto chosen = on.visitors();
    chosen.pause = 5ms;
    crowd buyers{chosen};
    buyers.start();
    std::minstd_rand random{11};
    const auto directory =
        std::filesystem::path{orders.url().substr(std::string{"sqlite://"}.size())}.parent_path();
    for (int i = 0; i < losses_wanted(5); ++i) {
        const auto before = on.ledger().read().says.says.ordered;
        ASSERT_TRUE(wait_until([&] { return on.ledger().read().says.says.ordered > before; }));
        std::this_thread::sleep_for(some_time(random, 0, 50));
        writer.kill();
        power.strike(directory, ".db-wal", random);
        const auto told = on.ledger().read().says.says.ordered;
        EXPECT_GE(orders.number("SELECT version FROM positions WHERE sale = 'G101'"), told.version);
        writer.start(power.environment());
    }
    buyers.stop();
    buyers.join();
    const auto all_ordered = [&] {
        const auto says = on.ledger().read().says.says;
        return says.ordered == says.at;
    };
    EXPECT_TRUE(wait_until(all_ordered));
    EXPECT_EQ(orders.number("SELECT count(*) FROM orders"), on.sold());
}

}  // namespace

}  // namespace onsale::test
