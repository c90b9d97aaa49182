#include "onsale/redis/endpoint.hpp"

#include <gtest/gtest.h>

namespace onsale::test {

using redis::parse_endpoint;

namespace {

redis::endpoint read(std::string_view url) {
    auto parsed = parse_endpoint(url);
    EXPECT_TRUE(parsed) << parsed.error().sentence;
    return parsed ? *parsed : redis::endpoint{};
}

}  // namespace

TEST(Endpoint, IsAUnixSocket) {
    const auto to = read("unix:///run/onsale/redis.sock");
    EXPECT_EQ(to.socket, "/run/onsale/redis.sock");
    EXPECT_EQ(to.database, 0);
    EXPECT_EQ(read("unix:///r.sock?db=3").database, 3);
}

TEST(Endpoint, IsAHostAndAPort) {
    const auto to = read("redis://ledger.example:6390/2");
    EXPECT_EQ(to.socket, "");
    EXPECT_EQ(to.host, "ledger.example");
    EXPECT_EQ(to.port, 6390);
    EXPECT_EQ(to.database, 2);
}

TEST(Endpoint, HasDefaults) {
    const auto to = read("redis://");
    EXPECT_EQ(to.host, "127.0.0.1");
    EXPECT_EQ(to.port, 6379);
    EXPECT_EQ(read("redis://h/").database, 0);
}

TEST(Endpoint, CarriesUserAndPassword) {
    const auto to = read("redis://ada:p%40ss@h:1");
    EXPECT_EQ(to.user, "ada");
    EXPECT_EQ(to.password, "p@ss");
    EXPECT_EQ(read("redis://:only@h").password, "only");
}

TEST(Endpoint, AnAddressInBracketsIsTheAddress) {
    EXPECT_EQ(read("redis://[::1]:6390").host, "::1");
}

TEST(Endpoint, ShowsItselfWithoutThePassword) {
    EXPECT_EQ(read("redis://ada:secret@h:1/2").to_string(), "redis://h:1/2");
    EXPECT_EQ(read("unix:///r.sock?db=3").to_string(), "unix:///r.sock?db=3");
    EXPECT_EQ(read("unix:///r.sock").to_string(), "unix:///r.sock");
}

TEST(Endpoint, IsNothingElse) {
    for (const auto* wrong :
         {"", "h:6379", "http://h", "redis://h:0", "redis://h:65536", "redis://h:x", "redis://h/x",
          "redis://h/-1", "redis://h/1/2", "redis://h?db=1", "redis://h#1", "unix://",
          "unix:///s?x=1", "unix:///s?db=x", "unix:///s?db=-1", "unix://run/redis.sock",
          "unix:///s#1"}) {
        EXPECT_FALSE(parse_endpoint(wrong)) << wrong;
    }
}

}  // namespace onsale::test
