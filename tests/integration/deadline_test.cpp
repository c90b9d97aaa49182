#include "integration/node_test.hpp"
#include "support/program.hpp"
#include "support/slow_client.hpp"

#include <fstream>
#include <thread>

// P11: no bytes on the wire hold a connection past its deadline, or make memory grow without bound
// (design §6: header 5 s, body 5 s, a slow reader 5 s, idle 75 s).

namespace onsale::test {

namespace {

std::int64_t resident_kib(pid_t pid) {
    std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string word; status >> word;) {
        if (word != "VmRSS:") continue;
        std::int64_t kib = 0;
        status >> kib;
        return kib;
    }
    return 0;
}

void expect_five_seconds(seconds_held held) {
    EXPECT_GE(held, 4'800ms);
    EXPECT_LE(held, 15s);  // generous: the sweep is coarse and the machine busy
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::int64_t bounded_kib = 512 * 1024;  // the sanitizer keeps what was freed for a while
#else
constexpr std::int64_t bounded_kib = 64 * 1024;
#endif

}  // namespace

class Deadline : public node_test {
  protected:
    /// Those who never finish their header: 7 KiB each, and then nothing.
    static std::vector<http_client> hang(std::uint16_t port, int count) {
        std::vector<http_client> hanging;
        for (int i = 0; i < count; ++i) {
            hanging.emplace_back(port);
            hanging.back().send("GET /buy/ticket HTTP/1.1\r\nHost: onsale\r\nX: " +
                                std::string(7 * 1024, 'x'));
        }
        return hanging;
    }
};

// All at once, so that the real seconds are spent once.
TEST_F(Deadline, OfHeaderBodyAndReaderIsKeptWhileOthersAreServed) {
    allow_many_connections();
    const auto& one = sell({.total = 100'000});
    const auto port = one.port();
    const auto before = resident_kib(one.pid());
    http_client idle{port};
    EXPECT_EQ(idle.get("/buy/ticket").at("code"), "1");
    const http_client silent{port};
    auto hanging = hang(port, 1000);
    std::vector<std::thread> clients;
    clients.emplace_back([port] {
        expect_five_seconds(send_slowly(port, "GET /buy/ticket HTTP/1.1\r\n",
                                        "Host: onsale\r\nX: " + std::string(200, 'x')));
    });
    clients.emplace_back([port] {
        expect_five_seconds(send_slowly(
            port, "POST /buy/ticket HTTP/1.1\r\nHost: onsale\r\nContent-Length: 500\r\n\r\n",
            std::string(200, 'x')));
    });
    clients.emplace_back(
        [port] { expect_five_seconds(read_slowly(port, http_request("GET", "/metrics"))); });
    clients.emplace_back([&] {
        for (int i = 0; i < 40; ++i) {
            EXPECT_EQ(get(port, "/buy/ticket").at("code"), "1");
            EXPECT_LE(resident_kib(one.pid()) - before, bounded_kib);
            std::this_thread::sleep_for(100ms);
        }
    });
    for (auto& client : clients) {
        client.join();
    }
    for (auto& client : hanging) {
        EXPECT_TRUE(client.closes_within(long_enough));
    }
    EXPECT_FALSE(silent.has_something(0ms)) << "an idle connection was closed";
    EXPECT_EQ(idle.get("/buy/ticket").at("code"), "1");
    EXPECT_NE(get(port, "/metrics").body.find("onsale_timed_out_total 1003"), std::string::npos);
}

}  // namespace onsale::test
