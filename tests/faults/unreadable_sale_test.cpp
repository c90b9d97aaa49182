#include "support/http_client.hpp"
#include "support/program.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/redis/keys.hpp"

#include <gtest/gtest.h>

// A sale that the ledger cannot read, of a newer onsale or damaged, holds no other one up (P3, P8).

namespace onsale::test {

namespace {

/// As a newer onsale writes it.
void add_newer_sale(stage& on) {
    on.command({"HSET", redis::sale_key("new"), "format", "2", "state", "open"});
    on.command({"SADD", std::string{redis::sales_key}, "new"});
}

void damage(stage& on, const std::string& total) {
    on.command({"HSET", redis::sale_key("far"), "total", total});
}

std::size_t times_told(const node& by, const std::string& text) {
    const auto log = by.log();
    std::size_t times = 0;
    for (auto at = log.find(text); at != std::string::npos; at = log.find(text, at + 1))
        ++times;
    return times;
}

TEST(UnreadableSale, OfANewerFormatIsNamedAndTheOthersSell) {
    stage on;
    auto& one = *on.nodes[0];
    one.kill();
    add_newer_sale(on);
    one.start();
    EXPECT_TRUE(on.all_sell());
    EXPECT_TRUE(one.says("sale new: the ledger cannot read it, the others go on: FORMAT"));
    EXPECT_EQ(times_told(one, "sale new:"), 1U);
    EXPECT_EQ(buy_at(one.port(), "ada", "new").status, 503U) << "there is such a sale";
    EXPECT_EQ(buy_at(one.port(), "ada", "none").status, 404U);
    EXPECT_TRUE(one.is_ready());
    on.command({"DEL", redis::sale_key("new")});
    on.command({"SREM", std::string{redis::sales_key}, "new"});
}

TEST(UnreadableSale, ThatIsDamagedStopsNoWordsOfTheOthers) {
    stage on;
    auto session = on.redis.connect();
    ledger_client far{session, "far"};
    far.open({.total = 5});
    const auto& one = *on.nodes[0];
    ASSERT_TRUE(wait_until([&] { return buy_at(one.port(), "ada", "far").is_yes(); }));
    damage(on, "abc");
    ASSERT_TRUE(one.says("sale far: the ledger cannot read it"));
    const auto as_of = [&] { return get(one.port(), "/v1/sales/G101").at("as_of"); };
    const auto before = as_of();
    EXPECT_TRUE(wait_until([&] { return as_of() != before; }));
    EXPECT_EQ(buy_at(one.port(), "bob", "far").status, 503U) << "it is certain that he has none";
    EXPECT_TRUE(on.all_sell());
    damage(on, "5");
    EXPECT_TRUE(wait_until([&] { return buy_at(one.port(), "cy", "far").is_yes(); }));
}

/// Its reservations may well exist.
TEST(UnreadableSale, P6HidesNoReservation) {
    stage on;
    auto session = on.redis.connect();
    ledger_client far{session, "far"};
    far.open({.total = 5});
    auto& one = *on.nodes[0];
    told bought;
    ASSERT_TRUE(wait_until([&] { return (bought = buy_at(one.port(), "ada", "far")).is_yes(); }));
    damage(on, "abc");
    one.kill();
    one.start();
    ASSERT_TRUE(one.says("sale far: the ledger cannot read it"));
    const auto page = "/v1/reservations/" + bought.reservation;
    const auto until = std::chrono::steady_clock::now() + 4 * limits::discover_every;
    while (std::chrono::steady_clock::now() < until) {
        ASSERT_EQ(get(one.port(), page).status, 503U);
    }
    damage(on, "5");
    EXPECT_TRUE(wait_until([&] { return get(one.port(), page).status == 200; }));
}

/// One that a newer onsale has written, say. Who asks for it is told so, and nobody else notices.
TEST(UnreadableSale, HasNoPartInARecordThatIsUnreadable) {
    stage on{{.nodes = 1}};
    const auto& one = *on.nodes[0];
    const auto bought = buy_at(one.port(), "ada");
    ASSERT_TRUE(bought.is_yes());
    const auto digits = bought.reservation.substr(bought.reservation.find('.') + 1);
    on.command({"HSET", on.ledger().key("reservations"), digits, "2|held|of a newer onsale"});
    const auto connects = metric(one.port(), "onsale_ledger_connects_total");
    EXPECT_EQ(get(one.port(), "/v1/reservations/" + bought.reservation).status, 503U);
    EXPECT_EQ(buy_at(one.port(), "bob").status, 201U);
    on.command({"HSET", on.ledger().key("buyers"), "cy", "many"});
    EXPECT_EQ(buy_at(one.port(), "cy").status, 503U) << "it is certain that he has none";
    EXPECT_EQ(metric(one.port(), "onsale_ledger_connects_total"), connects);
}

TEST(UnreadableSale, IsNamedByTheListOfSales) {
    stage on;
    add_newer_sale(on);
    const auto list =
        run_program({onsale_binary(), "sale", "list", "--redis", on.redis.endpoint().to_string()});
    EXPECT_EQ(list.status, 1);
    EXPECT_NE(list.output.find("G101"), std::string::npos) << list.output;
    EXPECT_NE(list.output.find("sale new cannot be read: FORMAT"), std::string::npos)
        << list.output;
}

}  // namespace

}  // namespace onsale::test
