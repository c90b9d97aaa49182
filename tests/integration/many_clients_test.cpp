#include "support/many_clients.hpp"

#include "support/http_client.hpp"
#include "support/nginx_server.hpp"
#include "support/program.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include <gtest/gtest.h>

// Those who only take up room make nobody fail (P11): 500 who send a byte a second, and 15,000 who
// send nothing any more. What they cost a good buyer is measured by bench/slow_clients.cpp.

namespace onsale::test {

namespace {

/// Where buyers come to.
enum class entrance { node, nginx };

class ManyClients : public testing::TestWithParam<entrance> {
  protected:
    ManyClients() {
        allow_many_connections();
        if (GetParam() == entrance::nginx) {
            const auto port = on.ports()[0];
            nginx.emplace(std::vector<std::uint16_t>(4, port));
        }
    }

    [[nodiscard]] std::uint16_t port() const { return nginx ? nginx->port() : on.ports()[0]; }

    /// New buyers, each on a connection of its own, and one that stays.
    void expect_good_buyers_served(int count) {
        http_client kept{port()};
        for (int i = 0; i < count; ++i) {
            const auto name = "buyer-" + std::to_string(next_++);
            EXPECT_TRUE(buy_at(port(), name).is_yes()) << name;
            EXPECT_TRUE(buy(kept, stage::sale, name + "-kept").is_yes()) << name;
        }
        EXPECT_EQ(on.crashes(), "");
    }

    stage on{{.nodes = 1, .total = 100'000}};
    std::optional<nginx_server> nginx;

  private:
    int next_ = 0;
};

TEST_P(ManyClients, WhoSendAByteASecondMakeNobodyFail) {
    slow_clients slow{port(), 500};
    // The first have met their deadline, and have come back.
    ASSERT_TRUE(wait_until([&] {
        expect_good_buyers_served(5);
        return slow.closed() > 200 || HasFailure();
    }));
    EXPECT_GT(slow.bytes(), 0);
    expect_good_buyers_served(100);
    EXPECT_GT(slow.closed(), 0) << "nobody is served who takes longer than the deadline";
}

TEST_P(ManyClients, WhoAreIdleMakeNobodyFail) {
    constexpr std::size_t many = 15'000;
    idle_clients idle{port(), many, "/v1/sales/G101"};
    expect_good_buyers_served(200);
    EXPECT_EQ(idle.still_open(), many);
}

INSTANTIATE_TEST_SUITE_P(At, ManyClients, testing::Values(entrance::node, entrance::nginx),
                         [](const auto& given) {
                             return given.param == entrance::node ? "ANode" : "Nginx";
                         });

}  // namespace

}  // namespace onsale::test
