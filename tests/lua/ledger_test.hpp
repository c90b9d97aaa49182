#pragma once

#include "support/law.hpp"
#include "support/ledger_client.hpp"
#include "support/printing.hpp"
#include "support/redis_server.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace onsale::test {

using statuses = std::vector<std::string>;
using numbers = std::vector<std::int64_t>;

/// The ledger's scripts on a real Redis, which begins empty for each test. After each the law of
/// the sale is checked.
class ledger_test : public testing::Test {
  protected:
    ledger_test() { ledger.command({"FLUSHALL"}); }

    void TearDown() override {
        if (ledger.command({"EXISTS", ledger.key()}).integer == 0 || ended_lawless) return;
        EXPECT_EQ(describe(breaches_of_law(ledger)), "");
    }

    /// Opens the sale of this test.
    void open(const sale_terms& terms = {}) { ASSERT_EQ(ledger.open(terms).verdict, "done"); }

    [[nodiscard]] std::string status_of(const wish& one) { return ledger.reserve_one(one).status; }

    /// Stands for all that the sale's keys hold, to see that nothing was written.
    [[nodiscard]] std::size_t digest() {
        std::string text;
        for (const auto* part :
             {"", "reservations", "buyers", "due", "free", "journal", "refunds"}) {
            text += ledger.command({"DUMP", ledger.key(part)}).text + "\n";
        }
        return std::hash<std::string>{}(text);
    }

    static redis_server& server() {
        static redis_server one;
        return one;
    }

    redis::session session = server().connect();
    ledger_client ledger{session, "G101-2027-02-01"};
    bool ended_lawless = false;  ///< the test has bent the sale by hand
};

}  // namespace onsale::test
