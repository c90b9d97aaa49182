#include "../../src/app/rehearse/sources.hpp"

#include "onsale/core/limits.hpp"

#include <gtest/gtest.h>

// From how many addresses a crowd connects.

namespace onsale::app {
namespace {

std::vector<target> targets_at(std::initializer_list<const char*> addresses) {
    std::vector<target> targets;
    for (const auto* address : addresses)
        targets.push_back({address, {boost::asio::ip::make_address(address), 80}});
    return targets;
}

TEST(Sources, GiveEachConnectionAPortAndUseHalfOfThem) {
    const auto one = targets_at({"127.0.0.1"});
    EXPECT_EQ(sources_for(100, one, 1'000), 1U);
    EXPECT_EQ(sources_for(500, one, 1'000), 1U);
    EXPECT_EQ(sources_for(501, one, 1'000), 2U);
    EXPECT_EQ(sources_for(100'000, one, 1'000), 200U);
    EXPECT_EQ(sources_for(1'000'000'000, one, 1'000), limits::rehearsal_sources);
}

// A port is used once for each server.
TEST(Sources, AreFewerForSeveralTargets) {
    EXPECT_EQ(sources_for(100'000, targets_at({"127.0.0.1", "127.0.0.2"}), 1'000), 100U);
}

TEST(Sources, AreOneUnlessAllTargetsAreOnTheLoopback) {
    EXPECT_EQ(sources_for(100'000, targets_at({"10.0.0.1"}), 1'000), 1U);
    EXPECT_EQ(sources_for(100'000, targets_at({"127.0.0.1", "10.0.0.1"}), 1'000), 1U);
    EXPECT_EQ(sources_for(100'000, targets_at({"::1"}), 1'000), 1U);
}

TEST(Sources, FollowOneAnotherOnTheLoopback) {
    EXPECT_EQ(source(0).to_string(), "127.0.0.1");
    EXPECT_EQ(source(300).to_string(), "127.0.1.45");
    EXPECT_TRUE(source(limits::rehearsal_sources).is_loopback());
}

}  // namespace
}  // namespace onsale::app
