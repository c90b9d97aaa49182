#include "integration/node_test.hpp"

#include <algorithm>
#include <sys/resource.h>
#include <thread>

// Out of descriptors, or as full as allowed: those who wait keep waiting and are served later.

namespace onsale::test {

class Descriptors : public node_test {
  protected:
    /// 100 at once, of whom each leaves only when it has been answered.
    static void expect_all_served(const node& by) {
        std::deque<http_client> crowd;
        for (int i = 0; i < 100; ++i) {
            crowd.emplace_back(by.port());
            crowd.back().send(http_request("GET", "/buy/ticket"));
        }
        EXPECT_TRUE(crowd.front().has_something(long_enough));
        EXPECT_FALSE(crowd.back().has_something(300ms)) << "there was room for all";
        while (!crowd.empty()) {
            EXPECT_EQ(crowd.front().receive().at("code"), "1");
            crowd.pop_front();
        }
    }
};

// Taken away while it runs, when it has done once all that it does: where the undefined-behaviour
// sanitizer meets a type for the first time, it needs descriptors of its own.
TEST_F(Descriptors, ThatRunOutMakeOthersWaitAndNobodyFail) {
    const auto& one = sell({.total = 1000});
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("data.ticket"), "1");
    std::this_thread::sleep_for(1500ms);
    const rlimit few{25, 25};
    ASSERT_EQ(prlimit(one.pid(), RLIMIT_NOFILE, &few, nullptr), 0);
    expect_all_served(one);
    EXPECT_TRUE(one.says("Too many open files")) << one.log();
    const auto log = one.log();
    EXPECT_LT(std::count(log.begin(), log.end(), '\n'), 10) << "a line for each attempt: " << log;
    EXPECT_EQ(get(one.port(), "/buy/ticket").at("data.ticket"), "102");
}

TEST_F(Descriptors, AreLeftForTheLedgerWhenTheCrowdTakesTheRest) {
    open({.total = 1000});
    auto& one = start(node::options{.descriptors = 100});
    expect_all_served(one);
    EXPECT_EQ(one.log().find("Too many open files"), std::string::npos) << one.log();
}

}  // namespace onsale::test
