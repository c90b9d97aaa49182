#include "support/http_client.hpp"
#include "support/ledger_client.hpp"
#include "support/nginx_server.hpp"
#include "support/node.hpp"
#include "support/redis_server.hpp"

#include <gtest/gtest.h>

namespace onsale::test {
namespace {

class Readiness : public testing::Test {
  protected:
    Readiness() { ledger.open(); }

    redis_server redis;
    redis::session session = redis.connect();
    ledger_client ledger{session, "demo"};
};

// A 404 in the first moments would be told of a sale that there is.
TEST_F(Readiness, MeansThatEverySaleIsKnown) {
    for (int i = 0; i < 3; ++i) {
        const node one{redis.endpoint(), {.settings = {"node.threads=2"}}};
        EXPECT_EQ(get(one.port(), "/v1/sales/demo").status, 200u) << one.log();
        EXPECT_EQ(get(one.port(), "/v1/sales/other").status, 404u);
    }
}

TEST_F(Readiness, AnotherLifeSellsTheNextTicketOnTheSamePort) {
    node one{redis.endpoint()};
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("data.ticket"), "1");
    one.kill();
    one.start();
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("data.ticket"), "2");
}

TEST_F(Readiness, NginxReachesWhatIsReady) {
    const node a{redis.endpoint()};
    const node b{redis.endpoint()};
    const node c{redis.endpoint()};
    const node d{redis.endpoint()};
    const nginx_server nginx{{a.port(), b.port(), c.port(), d.port()}};
    EXPECT_EQ(get(nginx.port(), "/buy/ticket").at("data.ticket"), "1");
}

}  // namespace
}  // namespace onsale::test
