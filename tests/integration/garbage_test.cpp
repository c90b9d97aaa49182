#include "integration/node_test.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

// P11: no bytes on the wire crash a node.

namespace onsale::test {

/// ONSALE_SEED repeats a run.
class Garbage : public node_test {
  protected:
    Garbage() { std::cout << "ONSALE_SEED=" << seed << '\n'; }

    static std::uint64_t chosen_seed() {
        const char* given = std::getenv("ONSALE_SEED");
        return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    }

    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>{0, bound - 1}(chance);
    }

    char any_byte() { return static_cast<char>(below(256)); }

    std::string any_bytes(std::size_t count) {
        std::string bytes;
        while (bytes.size() < count) {
            bytes += any_byte();
        }
        return bytes;
    }

    /// A request or two as a client might send them.
    std::string good_request() {
        const std::string key = "Idempotency-Key: " + std::to_string(below(50));
        switch (below(6)) {
            case 0:
                return http_request("GET", "/buy/ticket?sale=demo&buyer=a%20b", {key});
            case 1:
                return http_request("GET", "/v1/reservations/demo." + id_of(1));
            case 2:
                return http_request("GET", "/v1/sales/demo") + http_request("GET", "/readyz");
            case 3:
                return http_request("POST", "/buy/ticket", {"Expect: 100-continue"}, "x");
            default:
                return http_request("POST", reserve_path, {key, "Content-Type: text/json"},
                                    order_of("ada", static_cast<int>(below(5))));
        }
    }

    void change(std::string& bytes) {
        const auto at = below(bytes.size());
        const auto some = below(bytes.size() - at) % 16;
        switch (below(5)) {
            case 0:
                bytes[at] = any_byte();
                break;
            case 1:
                bytes.erase(at, some + 1);
                break;
            case 2:
                bytes.insert(at, any_bytes(some));
                break;
            case 3:
                bytes.insert(at, bytes.substr(at, some));
                break;
            default:
                bytes.insert(at, std::vector<std::string>{"\r\n", "\r\n\r\n", "\t", ":", "%", "{",
                                                          "\"\\u0000\"", "?", "&&", "=", "\n ",
                                                          "Content-Length: 9\r\n"}[below(12)]);
        }
        if (bytes.empty()) bytes = "x";
    }

    std::string bad_bytes() {
        if (below(10) == 0) return any_bytes(1 + below(20'000));
        auto bytes = good_request() + good_request();
        for (auto changes = 1 + below(6); changes > 0; --changes) {
            change(bytes);
        }
        return bytes;
    }

    const std::uint64_t seed = chosen_seed();
    std::mt19937_64 chance{seed};
};

TEST_F(Garbage, CrashesNoNodeAndLeavesTheLawWhole) {
    auto& one = sell({.total = 300, .limit = 3}, {"node.threads=2", "node.trust_request_id=true"});
    for (int i = 0; i < 3000; ++i) {
        SCOPED_TRACE(i);
        http_client client{one.port()};
        static_cast<void>(client.try_send(bad_bytes()));
        if (below(8) == 0) continue;  // gone without waiting for anything
        client.finish_sending();
        ASSERT_TRUE(client.closes_within(long_enough));
        ASSERT_TRUE(one.process().is_running()) << one.log();
    }
    EXPECT_TRUE(one.is_ready());
    EXPECT_EQ(get(one.port(), "/healthz").body, "ok\n");
}

}  // namespace onsale::test
