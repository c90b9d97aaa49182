#include "../../src/app/rehearse/plan.hpp"

#include <gtest/gtest.h>

// Who buys what, where: the requests of a rehearsal.

namespace onsale::app {
namespace {

TEST(RehearsalBuyers, AreKnownByTheirNames) {
    std::string name;
    append_buyer(name, "rabc", 17);
    EXPECT_EQ(name, "rabc-17");
    EXPECT_EQ(buyer_number("rabc", name), 17);
}

TEST(RehearsalBuyers, AreNotTakenForThoseOfAnotherRun) {
    for (const auto* name :
         {"", "rabc", "rabc-", "rabd-17", "rabc-x", "rabc--1", "rabc-1x", "xrabc-1"}) {
        EXPECT_EQ(buyer_number("rabc", name), -1) << name;
    }
}

class RehearsalRequest : public testing::Test {
  protected:
    RehearsalRequest() {
        plan.sale = "demo";
        plan.run = "rabc";
    }

    rehearsal_plan plan;
    target to{"example.org:81", {}};
    std::string text = "what was there";
    const std::string id = "demo.0123456789abcdef0123456789abcdef";
};

TEST_F(RehearsalRequest, NamesSaleBuyerAndKey) {
    write_request(text, plan, to, 5);
    EXPECT_EQ(text,
              "GET /buy/ticket?sale=demo&buyer=rabc-5 HTTP/1.1\r\nHost: example.org:81\r\n"
              "Idempotency-Key: rabc-5\r\n\r\n");
}

TEST_F(RehearsalRequest, OfTheShopsApiHasABodyOfTheLengthItSays) {
    plan.call = buying_call::v1;
    write_request(text, plan, to, 5);
    EXPECT_EQ(text,
              "POST /v1/sales/demo/reservations HTTP/1.1\r\nHost: example.org:81\r\n"
              "Idempotency-Key: rabc-5\r\nContent-Type: application/json\r\n"
              "Content-Length: 31\r\n\r\n{\"buyer\":\"rabc-5\",\"quantity\":1}");
}

TEST_F(RehearsalRequest, ToPayIsSigned) {
    plan.price = 4200;
    plan.secret = "s3cret";
    write_payment(text, plan, to, 5, id, 1795528800);
    EXPECT_EQ(text, "POST /v1/reservations/" + id +
                        "/payment HTTP/1.1\r\nHost: example.org:81\r\n"
                        "X-Onsale-Timestamp: 1795528800\r\n"
                        "X-Onsale-Signature: "
                        "0348353090131a3e959f1767fcc106682b94097ecd9dbdd1c8d6f1a88a782604\r\n"
                        "Content-Type: application/json\r\nContent-Length: 37\r\n\r\n"
                        "{\"payment_id\":\"rabc-5\",\"amount\":4200}");
}

TEST_F(RehearsalRequest, ToCancelNamesTheReservation) {
    write_cancellation(text, plan, to, id);
    EXPECT_EQ(text, "DELETE /v1/reservations/" + id + " HTTP/1.1\r\nHost: example.org:81\r\n\r\n");
}

TEST_F(RehearsalRequest, SaysThatTheConnectionIsForItAlone) {
    plan.one_shot = true;
    const auto says = [&] { return text.find("\r\nConnection: close\r\n") != std::string::npos; };
    write_request(text, plan, to, 5);
    EXPECT_TRUE(says()) << text;
    write_payment(text, plan, to, 5, id, 1795528800);
    EXPECT_TRUE(says()) << text;
    write_cancellation(text, plan, to, id);
    EXPECT_TRUE(says()) << text;
}

TEST_F(RehearsalRequest, IsTheSameEachTime) {
    write_request(text, plan, to, 5);
    const auto first = text;
    write_request(text, plan, to, 5);
    EXPECT_EQ(text, first);
}

TEST(RehearsalTarget, IsAnHttpAddress) {
    const auto to = parse_target("http://127.0.0.1:3001/");
    ASSERT_TRUE(to);
    EXPECT_EQ(to->host, "127.0.0.1:3001");
    EXPECT_EQ(to->address.port(), 3001);
    EXPECT_EQ(parse_target("http://[::1]:81")->address.port(), 81);
    EXPECT_EQ(parse_target("http://127.0.0.1")->address.port(), 80);
}

TEST(RehearsalTarget, RefusesWhatItCannotReach) {
    for (const auto* url : {"", "127.0.0.1:80", "https://127.0.0.1", "http://127.0.0.1/buy",
                            "http:///", "http://127.0.0.1?x=1"}) {
        EXPECT_FALSE(parse_target(url)) << url;
    }
}

}  // namespace
}  // namespace onsale::app
