#include "integration/bad_input_test.hpp"
#include "support/slow_client.hpp"

#include <functional>
#include <thread>

// P11: who is slow loses the connection after 5 s, at a node and at Nginx, while others buy. A node
// counts from the first byte of the header and of the body; Nginx counts a header as a whole, but a
// body from one byte to the next: a slow body holds a connection of Nginx, and none of a node's.

namespace onsale::test {

namespace {

const std::string head_begun = "GET /buy/ticket HTTP/1.1\r\n";
const std::string rest_of_head = "Host: onsale\r\nX: " + std::string(200, 'x');
const std::string body_begun = order_with("Content-Length: 500\r\n", R"({"buyer":")");
const std::string rest_of_body(200, 'a');

struct slow_input {
    std::string name;
    std::function<seconds_held(std::uint16_t)> client;
};

std::vector<slow_input> slow_inputs() {
    return {
        {"half a line", [](auto port) { return send_and_stop(port, "GET /buy/ti"); }},
        {"half a header", [](auto port) { return send_and_stop(port, head_begun + "Host: o"); }},
        {"no body",
         [](auto port) { return send_and_stop(port, order_with("Content-Length: 9\r\n")); }},
        {"half a body", [](auto port) { return send_and_stop(port, body_begun); }},
        {"a slow header", [](auto port) { return send_slowly(port, head_begun, rest_of_head); }},
        {"a slow reader", [](auto port) { return read_slowly(port, get_with("")); }},
    };
}

void expect_five_seconds(const std::string& name, seconds_held held) {
    EXPECT_GE(held, 4'800ms) << name;
    EXPECT_LE(held, 30s) << name;  // generous: the sweep is coarse and the machine busy
}

}  // namespace

class SlowInput : public bad_input_test {
  protected:
    void begin(const std::string& name, std::function<void()> work) {
        clients.emplace_back([name, work = std::move(work)] {
            try {
                work();
            } catch (const std::runtime_error& error) {
                ADD_FAILURE() << name << ": " << error.what();
            }
        });
    }

    std::vector<std::thread> clients;
};

// All at once, so that the real seconds are spent once.
TEST_F(SlowInput, P11IsGivenUpAfterFiveSecondsByNodeAndNginx) {
    const auto version = ledger.field("version");
    for (const auto port : {one->port(), nginx->port()}) {
        const auto to = port == one->port() ? ", straight" : ", through Nginx";
        for (const auto& input : slow_inputs()) {
            begin(input.name + to,
                  [=] { expect_five_seconds(input.name + to, input.client(port)); });
        }
    }
    begin("a slow body", [this] {
        const auto held = send_slowly(one->port(), body_begun, rest_of_body);
        expect_five_seconds("a slow body, straight", held);
    });
    // Refused for what it says, at its end.
    begin("a slow body through Nginx", [this] {
        http_client client{nginx->port()};
        client.forget_record();
        client.send(order_with("Content-Length: 70\r\n"));
        for (int i = 0; i < 70; ++i) {
            client.send("x");
            std::this_thread::sleep_for(100ms);
        }
        EXPECT_EQ(client.receive().status, 400u);
        EXPECT_EQ(client.get("/v1/sales/demo").status, 200u);
    });
    const auto before = buyer->purchases();
    EXPECT_TRUE(wait_until([&] { return buyer->purchases() >= before + 20; }));
    for (auto& client : clients) {
        client.join();
    }
    EXPECT_EQ(ledger.field("version"), version);
    most_lines += clients.size();
    const auto counts = get(one->port(), "/metrics").body;
    EXPECT_NE(counts.find("onsale_timed_out_total 7\n"), std::string::npos) << counts;
}

}  // namespace onsale::test
