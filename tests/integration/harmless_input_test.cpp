#include "integration/bad_input_test.hpp"

#include <set>

// What looks bad and is good by the contract (design §6): names are 1 to 128 printable characters,
// whatever they would say to Redis, SQL or Lua. Each does exactly what it asks for, and no more.

namespace onsale::test {

class HarmlessInput : public bad_input_test {
  protected:
    void SetUp() override {
        bad_input_test::SetUp();
        if (HasFatalFailure()) return;
        EXPECT_EQ(get(one->port(), "/buy/ticket?buyer=first").at("code"), "1");
        ++purchases;
        ASSERT_TRUE(wait_until([&] { return buyer->purchases() > 0; }));
        names = names_in_redis();
    }

    /// `look` buys one ticket by the port that it is given, of the node and of Nginx.
    template <class Look>
    void both_ways(const std::string& name, Look look) {
        for (const auto port : {one->port(), nginx->port()}) {
            SCOPED_TRACE(name + (port == one->port() ? ", straight" : ", through Nginx"));
            const auto sold = number("sold");
            look(port);
            ++purchases;
            EXPECT_EQ(number("sold"), sold + 1);
            EXPECT_EQ(names_in_redis(), names);
        }
    }

    static http_answer told(std::uint16_t port, const std::string& bytes) {
        http_client client{port};
        client.send(bytes);
        auto answer = client.receive();
        EXPECT_EQ(client.get("/v1/sales/demo").status, 200u) << "the next request";
        return answer;
    }

    /// The ticket just sold is this buyer's, as a shop is told and as the ledger has it.
    void expect_ticket_of(const std::string& who, const std::string& id) {
        const auto shown = get(one->port(), "/v1/reservations/" + id);
        EXPECT_EQ(shown.at("buyer"), who);
        EXPECT_EQ(shown.at("state"), "held");
        EXPECT_EQ(shown.at("quantity"), "1");
        EXPECT_EQ(shown.at("tickets"), "[" + std::to_string(number("sold")) + "]");
        const auto kept = ledger.command({"HEXISTS", ledger.key("buyers"), who});
        EXPECT_EQ(kept.integer, 1) << who;
    }

    std::set<std::string> names_in_redis() {
        std::set<std::string> all;
        for (const auto& one_key : ledger.command({"KEYS", "*"}).list)
            all.insert(one_key.text);
        return all;
    }

    /// Once each sale has sold, and one of them to a buyer.
    std::set<std::string> names;
};

TEST_F(HarmlessInput, OfABuyerInAQueryIsHisTicket) {
    for (const auto& who : fragments()) {
        both_ways(who, [&](auto port) {
            const auto answer = told(port, get_of("/buy/ticket?buyer=" + escaped(who)));
            EXPECT_EQ(answer.at("code"), "1") << answer.body;
            expect_ticket_of(who, answer.at("data.reservation"));
        });
    }
}

TEST_F(HarmlessInput, OfABuyerInABodyIsHisTicket) {
    auto all = fragments();
    all.insert(all.end(), {std::string(128, 'b'), " ", "\"", "\\", "\\r\\n", "__proto__", "0"});
    for (const auto& who : all) {
        both_ways(who, [&](auto port) {
            const auto body = "{\"buyer\":" + json_string(who) + "}";
            const auto answer = told(port, order_with_body(body));
            EXPECT_EQ(answer.status, 201u) << answer.body;
            EXPECT_EQ(answer.at("buyer"), who);
            expect_ticket_of(who, answer.at("reservation"));
        });
    }
}

TEST_F(HarmlessInput, OfAKeyIsOnePurchase) {
    auto all = fragments();
    all.emplace_back(128, 'k');
    for (const auto& key : all) {
        both_ways(key, [&](auto port) {
            const auto who = port == one->port() ? "ada" : "bob";
            const auto request =
                get_of(std::string{"/buy/ticket?buyer="} + who, "Idempotency-Key: " + key + "\r\n");
            const auto first = told(port, request);
            EXPECT_EQ(first.at("code"), "1") << first.body;
            EXPECT_EQ(told(port, request).body, first.body);
            ++purchases;  // the repeat is answered, too
            expect_ticket_of(who, first.at("data.reservation"));
        });
    }
}

TEST_F(HarmlessInput, OfAPaymentsNameIsNoCommand) {
    both_ways("FLUSHALL", [&](auto port) {
        const auto id = told(port, order_with_body(order_of("ada"))).at("reservation");
        const auto paid = side.pay(port, id, "FLUSHALL", price);
        EXPECT_EQ(paid.status, 200u) << paid.body;
        EXPECT_EQ(paid.at("state"), "paid");
    });
}

struct odd_order {
    std::string name;
    std::string bytes;
    std::string buyer;
};

// Media types are not looked at: what a body is, it says itself. Everything else is as HTTP has it.
TEST_F(HarmlessInput, OfAnOddFormIsTheSameOrder) {
    const auto body = order_of("ada");
    const auto typed = [&](const std::string& type) {
        return odd_order{type, order_with_body(body, "Content-Type:" + type + "\r\n"), "ada"};
    };
    for (const auto& odd :
         {typed(" text/plain"), typed(" application/x-www-form-urlencoded"), typed(""),
          typed(" application/json; charset=utf-16"), typed(" {}"),
          odd_order{"blanks", order_with_body(" \t\r\n{ \"buyer\" : \"ada\" }\n"), "ada"},
          odd_order{"an escape", order_with_body(R"({"\u0062uyer":"\u0061da"})"), "ada"},
          odd_order{"zeros before a length",
                    order_with("Content-Length: 0015\r\n", R"({"buyer":"ada"})"), "ada"},
          odd_order{"empty lines before it", "\r\n\r\n" + order_with_body(body), "ada"}}) {
        both_ways(odd.name, [&](auto port) {
            const auto answer = told(port, odd.bytes);
            EXPECT_EQ(answer.status, 201u) << answer.body;
            expect_ticket_of(odd.buyer, answer.at("reservation"));
        });
    }
}

// Who is not named is the reservation's own buyer (L15).
TEST_F(HarmlessInput, OfNobodyIsATicketForNobody) {
    for (const auto& bytes : {order_with_body("{}"), order_with_body(R"({"quantity":1})")}) {
        both_ways(bytes, [&](auto port) {
            const auto answer = told(port, bytes);
            EXPECT_EQ(answer.status, 201u) << answer.body;
            EXPECT_EQ(answer.at("buyer"), answer.at("reservation"));
        });
    }
    for (const auto& bytes :
         {get_of("http://onsale/buy/ticket"), get_of("http://onsale:8080/buy/ticket?sale=demo"),
          get_of("/buy/ticket?"), get_of("/buy/ticket?s%61le=demo"),
          get_of("/buy/ticket?%7B%7D=*&a;b"),
          ticket_with("Accept: ]]..os.exit()..[[\r\nCookie: '; DROP TABLE orders; --\r\n")}) {
        both_ways(bytes, [&](auto port) { EXPECT_EQ(told(port, bytes).at("code"), "1"); });
    }
}

}  // namespace onsale::test
