#pragma once

#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/ledger_client.hpp"
#include "support/node.hpp"
#include "support/redis_server.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace onsale::test {

using namespace std::chrono_literals;

/// A real Redis with the sale `demo`, and the nodes that a test starts on it. Afterwards every node
/// must still stand and leave as told, and the law of the sale must hold.
class node_test : public testing::Test {
  protected:
    void TearDown() override {
        for (auto& one : nodes_) {
            if (one.process().is_running()) one.terminate();
        }
        for (auto& one : nodes_) {
            const auto status = one.wait(long_enough);
            EXPECT_TRUE(status == 0 || status == -SIGKILL) << one.log();
        }
        if (ledger.command({"EXISTS", ledger.key()}).integer == 0) return;
        EXPECT_EQ(describe(breaches_of_law(ledger)), "");
    }

    void open(const sale_terms& terms = {}) { ASSERT_EQ(ledger.open(terms).verdict, "done"); }

    node& start(std::vector<std::string> settings = {}) {
        return nodes_.emplace_back(redis.endpoint(),
                                   node::options{.settings = std::move(settings)});
    }
    node& start(node::options chosen) {
        return nodes_.emplace_back(redis.endpoint(), std::move(chosen));
    }

    /// Opens the sale and starts a node that sells it.
    node& sell(const sale_terms& terms = {}, std::vector<std::string> settings = {}) {
        open(terms);
        return start(std::move(settings));
    }

    /// An operator changes the sale, and the nodes have heard of it (within 1 s, L11 and L12).
    void adjust(const std::string& change, std::int64_t amount = 0) {
        const auto told = ledger.adjust(change, amount);
        EXPECT_EQ(told.verdict, "done");
        for (const auto& one : nodes_) {
            EXPECT_TRUE(wait_until([&] { return knows(one, told.says.says); })) << change;
        }
    }

    [[nodiscard]] std::int64_t number(const std::string& field) {
        return std::stoll(ledger.field(field));
    }

    redis_server redis;
    redis::session session = redis.connect();
    ledger_client ledger{session, "demo"};

  private:
    static bool knows(const node& one, const word& says) {
        const auto shown = get(one.port(), "/v1/sales/demo");
        return shown.status == 200 && shown.at("total") == std::to_string(says.total) &&
               shown.at("state") == name_of(says.state);
    }

    std::deque<node> nodes_;
};

/// The body of a shop's order.
[[nodiscard]] inline std::string order_of(const std::string& buyer, int quantity = 1) {
    return R"({"buyer":")" + buyer + R"(","quantity":)" + std::to_string(quantity) + "}";
}

/// Whether `text` is what `shape` says, in which `9` stands for any digit, `f` for any hex digit.
[[nodiscard]] inline bool has_shape(std::string_view text, std::string_view shape) {
    constexpr std::string_view hex = "0123456789abcdef";
    return std::equal(text.begin(), text.end(), shape.begin(), shape.end(), [&](char c, char as) {
        if (as == '9') return hex.substr(0, 10).find(c) != std::string_view::npos;
        return as == 'f' ? hex.find(c) != std::string_view::npos : c == as;
    });
}

inline constexpr const char* time_shape = "9999-99-99T99:99:99.999Z";
inline const std::string id_shape = "demo." + std::string(32, 'f');
inline const std::string reserve_path = "/v1/sales/demo/reservations";
inline constexpr const char* sold_out_body = R"({"code":-1,"msg":"已售罄"})";

}  // namespace onsale::test
