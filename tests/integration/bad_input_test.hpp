#pragma once

#include "integration/node_test.hpp"
#include "support/bad_input.hpp"
#include "support/control_buyer.hpp"
#include "support/nginx_server.hpp"
#include "support/payment_side.hpp"

#include <algorithm>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace onsale::test {

/// A node that takes payments for the sale `demo`, Nginx in front of it, and a control buyer who
/// buys of a second sale, straight and through Nginx, as long as the test lasts. Afterwards every
/// one of those purchases has succeeded, and every log has a line per event, and no more.
class bad_input_test : public node_test {
  protected:
    void SetUp() override {
        open({.total = 1'000, .hold_ms = 600'000});
        ASSERT_EQ(control.open({.total = 1'000'000, .hold_ms = 600'000}).verdict, "done");
        one = &start({side.setting()});
        for (const std::string sale : {"demo", "control"}) {
            ASSERT_TRUE(one->says("sale " + sale)) << one->log();
        }
        lines_at_first = lines_of(one->log()).size();
        const auto port = one->port();
        nginx.emplace(std::vector<std::uint16_t>{port, port, port, port});
        most_lines = lines_of(nginx->log()).size();
        buyer.emplace("control", std::vector<std::uint16_t>{port, nginx->port()});
    }

    void TearDown() override {
        if (!buyer) return node_test::TearDown();
        EXPECT_TRUE(wait_until([&] { return buyer->purchases() >= 20; }));
        EXPECT_EQ(buyer->stop(), "");
        EXPECT_EQ(control.field("sold"), std::to_string(buyer->purchases()));
        EXPECT_EQ(describe(breaches_of_law(control)), "");
        one->terminate();  // then all is written
        EXPECT_EQ(one->wait(long_enough), 0) << one->log();
        expect_few_lines();
        node_test::TearDown();
    }

    /// Each row straight to the node and through Nginx: told what it says, nothing is changed, and
    /// the control buyer has bought both ways before the next.
    void expect_as_the_table_says(const std::vector<bad_input>& rows) {
        for (const auto& input : rows) {
            SCOPED_TRACE(input.name);
            const auto bought = buyer->purchases();
            expect_outcome(http_client{one->port()}, input, input.from_node);
            http_client through_nginx{nginx->port()};
            through_nginx.forget_record();  // it refuses in its own words
            SCOPED_TRACE("through Nginx");
            expect_outcome(std::move(through_nginx), input, input.from_nginx);
            ASSERT_TRUE(wait_until([&] { return buyer->purchases() >= bought + 2; }));
        }
        most_lines += rows.size();
    }

    payment_side side;
    ledger_client control{session, "control"};
    node* one = nullptr;
    std::optional<nginx_server> nginx;
    std::optional<control_buyer> buyer;
    std::int64_t purchases = 0;  ///< answered, beside those of the control buyer
    std::size_t most_lines = 0;  ///< of Nginx's log: one per input

  private:
    void expect_outcome(http_client client, const bad_input& input,
                        const outcome_of_input& wanted) {
        const auto version = ledger.field("version");
        try {
            static_cast<void>(client.try_send(input.bytes));  // may be refused half-way
            if (input.finishes_sending) client.finish_sending();
            expect_told(client, wanted);
        } catch (const std::runtime_error& error) {
            ADD_FAILURE() << error.what();
        }
        EXPECT_EQ(ledger.field("version"), version) << "the sale was changed";
    }

    static void expect_told(http_client& client, const outcome_of_input& wanted) {
        using shape = outcome_of_input::shape;
        if (wanted.is != shape::answer) {
            const auto text = client.receive_to_end();
            EXPECT_EQ(text.substr(0, 1), wanted.is == shape::silence ? "" : "{") << text;
            return;
        }
        expect_status(client, wanted.status, wanted.connection == then::ends);
        if (wanted.connection == then::stays) {
            EXPECT_EQ(client.get("/v1/sales/demo").status, 200u) << "the next request";
            return;
        }
        if (wanted.connection == then::refuses_rest) expect_status(client, 400, true);
        EXPECT_EQ(client.receive_to_end(), "");
    }

    static void expect_status(http_client& client, unsigned status, bool is_last) {
        const auto told = client.receive();
        EXPECT_EQ(told.status, status) << told.body;
        EXPECT_EQ(told.header("content-type").find("html"), std::string::npos) << told.body;
        EXPECT_EQ(told.header("connection") == "close", is_last) << told.header("connection");
    }

    static std::vector<std::string> lines_of(const std::string& text) {
        std::vector<std::string> lines;
        std::istringstream stream{text};
        for (std::string line; std::getline(stream, line);)
            lines.push_back(line);
        return lines;
    }

    /// One line per event, and bad input is none to a node. To Nginx it may be.
    void expect_few_lines() const {
        const std::string time = "9999-99-99T99:99:99.999 ";
        const auto lines = lines_of(one->log());
        for (const auto& line : lines) {
            EXPECT_TRUE(has_shape(line.substr(0, time.size()), time)) << line;
            EXPECT_EQ(line.substr(time.size()).find_first_of("IWEC"), 0u) << line;
        }
        // A busy machine may lose the ledger, more than once.
        const auto others = std::count_if(lines.begin(), lines.end(), [](const auto& line) {
            return line.find(" the ledger at ") == std::string::npos;
        });
        constexpr std::size_t of_a_bad_moment = 8;  // the end, say: never one per input
        EXPECT_LE(static_cast<std::size_t>(others), lines_at_first + of_a_bad_moment) << one->log();
        const auto of_nginx = lines_of(nginx->log());
        for (const auto& line : of_nginx) {
            EXPECT_TRUE(has_shape(line.substr(0, 21), "9999/99/99 99:99:99 [")) << line;
        }
        EXPECT_LE(of_nginx.size(), most_lines) << nginx->log();
        EXPECT_EQ(count_stat_lines(*one).all, purchases + buyer->purchases());
    }

    std::size_t lines_at_first = 0;
};

}  // namespace onsale::test
