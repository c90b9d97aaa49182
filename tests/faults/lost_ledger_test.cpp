#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

// A ledger that was emptied, or put back from an old copy: nobody sells on it (P10, L4–L6).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Those who asked after `instant` and got tickets.
std::size_t sold_after(const crowd& asked, std::int64_t instant) {
    std::size_t count = 0;
    for (const auto& one : asked.buyers()) {
        count += static_cast<std::size_t>(std::count_if(
            one.answers.begin(), one.answers.end(),
            [&](const told& answer) { return answer.asked_ms > instant && answer.is_yes(); }));
    }
    return count;
}

/// Buyers come all the time while the ledger changes under them.
crowd::options steady(const stage& on) {
    auto chosen = on.visitors();
    chosen.pause = 10ms;
    return chosen;
}

TEST(EmptiedLedger, SellsNothingEverAgain) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    crowd buyers{steady(on)};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() > 100; }));
    on.command({"FLUSHALL"});
    const auto flushed = now_ms();
    ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "missing"); }));
    const auto so_far = buyers.size();
    EXPECT_TRUE(wait_until([&] { return buyers.size() > so_far + 200; }));
    buyers.stop();
    buyers.join();
    EXPECT_EQ(sold_after(buyers, flushed), 0U);
    EXPECT_EQ(buyers.count(409) + buyers.count(404), 0) << "neither sold out nor unknown";
    EXPECT_EQ(on.command({"DBSIZE"}).integer, 0) << "nothing is created from memory";
    EXPECT_EQ(get(on.ports()[0], "/v1/sales/G101").at("state"), "missing");
    EXPECT_NE(get(on.ports()[0], "/metrics").body.find("onsale_sale_frozen{sale=\"G101\"} 1"),
              std::string::npos);
}

/// Redis was started in another directory, say: what was lost comes back, and all of it.
TEST(EmptiedLedger, ThatComesBackWholeSellsOnByItself) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    crowd buyers{steady(on)};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() > 100; }));
    on.command({"SWAPDB", "0", "5"});
    ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "missing"); }));
    on.command({"SWAPDB", "0", "5"});
    const auto sold = on.sold();
    EXPECT_TRUE(wait_until([&] { return on.sold() > sold + 100; }));
    EXPECT_TRUE(on.all_sell());
    buyers.stop();
    buyers.join();
    EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");
}

/// Redis was started in another directory, which has a sale of the same name and more changes.
TEST(EmptiedLedger, L5ThatGaveWayToAnotherSaleOfTheNameSellsOnWhenItIsBack) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    auto elsewhere = on.redis.endpoint();
    elsewhere.database = 5;
    auto session = std::move(*redis::session::connect(elsewhere, 10s));
    ledger_client other{session, stage::sale};
    other.open({.total = crowd::endless});
    other.command({"HSET", other.key(), "version", "730000", "salt", std::string(32, 'f')});
    crowd buyers{steady(on)};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() > 100; }));
    on.command({"SWAPDB", "0", "5"});
    const auto swapped = now_ms();
    ASSERT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "missing"); }));
    const auto so_far = buyers.size();
    EXPECT_TRUE(wait_until([&] { return buyers.size() > so_far + 200; }));
    buyers.stop();
    buyers.join();
    EXPECT_EQ(sold_after(buyers, swapped), 0U) << "tickets of another sale are told to nobody";
    on.command({"SWAPDB", "0", "5"});
    EXPECT_TRUE(wait_until([&] { return on.all_sell(); }));
    EXPECT_EQ(on.ledger().field("state"), "open") << "what the other said is not held against it";
    EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");
}

/// As `onsale sale open` cannot know: the id was in use before the ledger was emptied.
TEST(EmptiedLedger, OpenedAnewIsFrozenForEverybody) {
    stage on{{.nodes = 2}};
    ASSERT_TRUE(on.all_sell());
    on.command({"FLUSHALL"});
    on.ledger().open({.total = 500, .operation = "operation-again"});
    const auto opened = std::chrono::steady_clock::now();
    ASSERT_TRUE(wait_until([&] { return on.ledger().field("state") == "frozen"; }));
    EXPECT_LT(std::chrono::steady_clock::now() - opened, 10s) << "P10's second, on a busy machine";
    EXPECT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "frozen"); }));
    on.nodes[0]->kill();
    on.nodes[0]->start();
    EXPECT_TRUE(all_told(on.ports(), 503, "frozen")) << "also by one who never knew";
    EXPECT_EQ(on.sold(), 0);
}

/// Copies a stopped Redis's data, or puts it back.
void copy_data(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

TEST(OlderLedger, IsFrozenByTheFirstWhoKnewBetterAndStaysSo) {
    stage on{{.nodes = 2, .total = crowd::endless}};
    const auto data = on.redis.directory() / "appendonlydir";
    const auto copy = on.redis.directory() / "copy";
    ASSERT_TRUE(on.all_sell());
    on.redis.kill();
    copy_data(data, copy);
    on.redis.start();
    on.reconnect();
    const auto sold_then = on.sold();

    crowd buyers{steady(on)};
    buyers.start();
    ASSERT_TRUE(wait_until([&] { return on.sold() > sold_then + 100; }));
    on.redis.kill();
    const auto went_back = now_ms();
    copy_data(copy, data);
    on.redis.start();
    on.reconnect();
    ASSERT_TRUE(wait_until([&] { return on.ledger().field("state") == "frozen"; }));
    EXPECT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "frozen"); }));
    buyers.stop();
    buyers.join();
    EXPECT_EQ(sold_after(buyers, went_back), 0U);
    EXPECT_EQ(buyers.count(409), 0);
    EXPECT_EQ(on.sold(), sold_then) << "frozen before any write";

    for (const auto& one : on.nodes) {
        one->kill();
        one->start();
    }
    EXPECT_TRUE(all_told(on.ports(), 503, "frozen")) << "it is in the ledger, not in the nodes";
    on.crash_redis();
    EXPECT_EQ(on.ledger().field("state"), "frozen");
    EXPECT_TRUE(wait_until([&] { return all_told(on.ports(), 503, "frozen"); }));
    EXPECT_EQ(on.sold(), sold_then);
}

}  // namespace

}  // namespace onsale::test
