#pragma once

#include "support/ledger_client.hpp"
#include "support/order_database.hpp"
#include "support/order_writer.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/word.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace onsale::test {

using texts = std::vector<std::string>;

/// Long enough for a writer on a busy machine, whatever it is waited for.
inline constexpr std::chrono::seconds patience{60};

/// Where the orders of a sale differ from its ledger, row by row, both ways; for EXPECT_EQ with an
/// empty text. Nobody may change the sale meanwhile.
[[nodiscard]] std::string differences(ledger_client& ledger, const order_database& orders);

/// Waits until `writer` has printed it: a process says what it did only after it did it.
[[nodiscard]] testing::AssertionResult tells(const order_writer& writer, const std::string& text);

/// Sells on a thread of its own, in batches of some tickets, until it is told to stop or has sold
/// `total`.
class seller {
  public:
    seller(const redis_server& at, std::string sale, std::int64_t total);
    ~seller() { stop(); }
    seller(const seller&) = delete;
    seller& operator=(const seller&) = delete;

    void stop();
    [[nodiscard]] std::int64_t sold() const noexcept { return sold_; }

  private:
    void sell(const redis_server& at, const std::string& sale, std::int64_t total);

    std::atomic<bool> stopped_{false};
    std::atomic<std::int64_t> sold_{0};
    std::thread thread_;
};

/// A real Redis with one open sale, an order database of either kind, and the order writer.
class orders_test : public testing::TestWithParam<database_kind> {
  protected:
    orders_test() : orders{GetParam()} {}

    void open(const sale_terms& terms = {.total = 1'000}) {
        ASSERT_EQ(ledger.open(terms).verdict, "done");
    }

    void start_writer() { writer = std::make_unique<order_writer>(redis.endpoint(), orders.url()); }

    /// The sale's `ordered` is its version: all that is written is reported.
    [[nodiscard]] bool all_is_ordered();
    [[nodiscard]] bool becomes_ordered() {
        return wait_until([this] { return all_is_ordered(); }, patience);
    }

    [[nodiscard]] ledger_version ordered() { return ledger.read().says.says.ordered; }
    [[nodiscard]] std::string state() { return ledger.field("state"); }
    [[nodiscard]] long long position() {
        return orders.number("SELECT version FROM positions WHERE sale = 'G101'");
    }
    [[nodiscard]] long long rows() { return orders.number("SELECT count(*) FROM orders"); }

    /// Of order number `n` as `id_of` counts.
    [[nodiscard]] std::string cell(std::int64_t n, const std::string& column);

    redis_server redis;
    redis::session session = redis.connect();
    ledger_client ledger{session, "G101"};
    order_database orders;
    std::unique_ptr<order_writer> writer;
};

/// Whatever `suite` states holds on both databases.
#define ON_BOTH_DATABASES(suite)                                                                \
    INSTANTIATE_TEST_SUITE_P(On, suite,                                                         \
                             testing::Values(database_kind::sqlite, database_kind::postgresql), \
                             [](const auto& given) { return name_of(given.param); })

}  // namespace onsale::test
