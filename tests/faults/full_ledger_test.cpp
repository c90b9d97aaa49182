#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/order_writer.hpp"
#include "support/payment_side.hpp"
#include "support/stage.hpp"
#include "support/temporary_directory.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

// The journal grows while the order database is away, until the ledger is full (L29): what becomes
// of the sale, and how one sees it coming.

namespace onsale::test {

namespace {

constexpr std::int64_t kilobyte = 1'024;
constexpr std::int64_t megabyte = 1'024 * kilobyte;

class FullLedger : public testing::Test {
  protected:
    void TearDown() override { EXPECT_EQ(on.crashes(), ""); }

    [[nodiscard]] std::optional<double> memory(const std::string& figure) const {
        return gauge(port(), "onsale_ledger_memory_" + figure);
    }

    void limit_memory(std::int64_t bytes) {
        on.command({"CONFIG", "SET", "maxmemory", std::to_string(bytes)});
    }

    /// By Redis's own word.
    std::int64_t used() {
        const auto info = on.command({"INFO", "memory"}).text;
        const std::string field = "used_memory:";
        return std::stoll(info.substr(info.find(field) + field.size()));
    }

    /// Of anybody's data: the ledger grows. In pieces: a disk may take longer to sync all at once
    /// than a node waits for a reply, and then it forgets what it had seen.
    void fill(std::int64_t bytes) {
        for (std::int64_t piece = 0; bytes > 0; bytes -= piece) {
            piece = std::min(bytes, megabyte);
            on.command({"APPEND", "filler", std::string(static_cast<std::size_t>(piece), 'x')});
        }
    }

    /// Grows until the figures have an end of it.
    bool grows_until_seen() {
        return wait_until([&] {
            fill(kilobyte);
            const auto left = memory("seconds_left");
            return left && std::isfinite(*left);
        });
    }

    /// Sells until `more` bytes are full, and then takes away what Redis frees when it has nothing
    /// to do, such as buffers: what is full stays full.
    void sell_until_full(std::int64_t more) {
        limit_memory(used() + more);
        crowd buyers{on.visitors()};
        buyers.start();
        EXPECT_TRUE(wait_until([&] { return says_oom(); }));
        buyers.stop();
        buyers.join();
        EXPECT_GT(buyers.count(201), 0);
        EXPECT_EQ(buyers.count(201) + buyers.count(503, "busy"), buyers.size());
        limit_memory(used() - 128 * kilobyte);
    }

    bool says_oom() {
        return error_of([&] { on.command({"SET", "something", "1"}); }).starts_with("OOM");
    }

    [[nodiscard]] double unordered() const {
        return gauge(port(), "onsale_sale_unordered_versions{sale=\"G101\"}").value();
    }

    std::string reserve(const std::string& buyer) {
        const auto told = buy_at(port(), buyer);
        EXPECT_EQ(told.status, 201U);
        return told.reservation;
    }

    [[nodiscard]] static std::string path(const std::string& reservation) {
        return "/v1/reservations/" + reservation;
    }

    [[nodiscard]] std::uint16_t port() const { return on.ports()[0]; }

    payment_side side;
    stage on{{.nodes = 1, .total = 1'000'000, .settings = {side.setting(), "node.threads=2"}}};
};

TEST_F(FullLedger, L29IsSeenComing) {
    ASSERT_TRUE(wait_until([&] { return memory("bytes").has_value(); }));
    EXPECT_EQ(memory("limit_bytes"), 0);
    EXPECT_TRUE(std::isinf(memory("seconds_left").value()));
    const auto before = memory("bytes").value();
    const auto limit = used() + 1'024 * megabyte;
    limit_memory(limit);
    ASSERT_TRUE(grows_until_seen());
    EXPECT_EQ(memory("limit_bytes"), limit);
    EXPECT_GT(memory("bytes"), before);
    const auto far = memory("seconds_left").value();
    fill(32 * megabyte);
    EXPECT_TRUE(wait_until([&] { return memory("bytes") > before + 32 * megabyte; }));
    EXPECT_TRUE(wait_until([&] {
        fill(64 * kilobyte);
        return memory("seconds_left") < far / 2;
    })) << far;
    limit_memory(16 * megabyte);
    EXPECT_TRUE(wait_until([&] { return memory("seconds_left") == 0; }));
}

TEST_F(FullLedger, L29IsNotJudgedByWhatItWasBeforeItWentAway) {
    constexpr auto limit = 1'024 * megabyte;
    limit_memory(limit);
    ASSERT_TRUE(wait_until([&] { return memory("bytes").has_value(); }));
    ASSERT_TRUE(grows_until_seen());
    fill(32 * megabyte);
    on.redis.kill();
    EXPECT_TRUE(wait_until([&] { return !memory("bytes"); }));
    on.redis.start();
    on.reconnect();
    limit_memory(limit);
    ASSERT_TRUE(wait_until([&] { return memory("limit_bytes") == limit; }));
    EXPECT_TRUE(std::isinf(memory("seconds_left").value()));
}

TEST_F(FullLedger, L29SellsNothingAndDoesAllElse) {
    const auto paid = reserve("alice");
    const auto cancelled = reserve("bob");
    sell_until_full(megabyte);
    const auto sold = on.sold();
    EXPECT_EQ(unordered(), std::stod(on.ledger().field("version"))) << "all that was sold waits";
    ASSERT_TRUE(says_oom());
    EXPECT_TRUE(all_told(on.ports(), 503, "busy"));
    EXPECT_EQ(on.sold(), sold);
    EXPECT_EQ(side.pay(port(), paid, "pay-1", price).at("state"), "paid");
    EXPECT_EQ(http_client{port()}.ask("DELETE", path(cancelled)).at("state"), "cancelled");
    EXPECT_EQ(get(port(), path(paid)).at("state"), "paid");
    EXPECT_EQ(get(port(), path(cancelled)).at("state"), "cancelled");
    const auto shown = get(port(), "/v1/sales/" + std::string{stage::sale});
    EXPECT_EQ(shown.status, 200U);
    EXPECT_EQ(shown.at("state"), "open");
    EXPECT_EQ(shown.at("paid"), "1");
    ASSERT_TRUE(says_oom()) << "all the while";
    EXPECT_EQ(describe(breaches_of_law(on.ledger())), "");
}

/// What is ordered leaves the journal: there is room again, by nobody's doing.
TEST_F(FullLedger, L29SellsAgainWhenTheOrdersFollow) {
    sell_until_full(4 * megabyte);
    ASSERT_TRUE(says_oom());
    EXPECT_TRUE(all_told(on.ports(), 503, "busy"));
    const temporary_directory rows;
    order_writer writer{on.redis.endpoint(), "sqlite://" + (rows.path() / "orders.db").string()};
    EXPECT_TRUE(wait_until([&] { return unordered() == 0; })) << writer.log();
    EXPECT_TRUE(on.all_sell());
}

}  // namespace

}  // namespace onsale::test
