#include "integration/node_test.hpp"

#include <set>

// L15: what makes two purchases the same one.

namespace onsale::test {

class Key : public node_test {
  protected:
    static std::string buy(const node& by, const std::vector<std::string>& headers,
                           const std::string& query = {}) {
        return get(by.port(), "/buy/ticket" + query, headers).at("data.reservation");
    }
};

TEST_F(Key, OfOnesOwnBuysOnceByGetAndPost) {
    const auto& one = sell();
    const std::vector<std::string> key{"Idempotency-Key: k1"};
    const auto first = get(one.port(), "/buy/ticket", key);
    const auto again = post(one.port(), "/buy/ticket", "", key);
    EXPECT_EQ(first.at("code"), "1");
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(Key, OfTheProxyCountsOnlyIfItIsTrusted) {
    const auto& wary = sell();
    const auto& trusting = start({"node.trust_request_id=true"});
    const std::vector<std::string> id{"X-Request-ID: 4f1c"};
    EXPECT_NE(buy(wary, id), buy(wary, id));
    EXPECT_EQ(buy(trusting, id), buy(trusting, id));
    EXPECT_EQ(number("sold"), 3);
}

TEST_F(Key, OfOnesOwnGoesBeforeTheProxys) {
    const auto& one = sell({}, {"node.trust_request_id=true"});
    const auto first = buy(one, {"X-Request-ID: a", "Idempotency-Key: k"});
    EXPECT_EQ(buy(one, {"X-Request-ID: b", "Idempotency-Key: k"}), first);
    EXPECT_NE(buy(one, {"X-Request-ID: a"}), first);
}

TEST_F(Key, BelongsToItsBuyerAndItsSale) {
    ledger_client other{session, "other"};
    other.open();
    const auto& one = sell();
    const std::vector<std::string> key{"Idempotency-Key: k"};
    const std::set<std::string> ids{buy(one, key), buy(one, key, "?buyer=ada"),
                                    buy(one, key, "?buyer=bob"), buy(one, key, "?sale=other")};
    EXPECT_EQ(ids.size(), 4u);
    EXPECT_EQ(buy(one, key, "?buyer=ada&sale=demo"), buy(one, key, "?buyer=ada"));
    EXPECT_EQ(number("sold"), 3);
}

// The salt is the ledger's: every node makes the same id of the same purchase.
TEST_F(Key, MakesTheSameIdOnEveryNodeAndInEveryLife) {
    auto& one = sell();
    const auto& two = start();
    const std::vector<std::string> key{"Idempotency-Key: k"};
    const auto first = buy(one, key);
    EXPECT_EQ(buy(two, key), first);
    one.kill();
    one.start();
    EXPECT_EQ(buy(one, key), first);
    EXPECT_EQ(number("sold"), 1);
}

TEST_F(Key, OfNobodyIsRandom) {
    const auto& one = sell({.total = 100});
    std::set<std::string> ids;
    for (int i = 0; i < 50; ++i) {
        ids.insert(buy(one, {}));
    }
    EXPECT_EQ(ids.size(), 50u);
}

}  // namespace onsale::test
