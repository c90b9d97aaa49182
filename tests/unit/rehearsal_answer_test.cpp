#include "../../src/app/rehearse/answer.hpp"
#include "../../src/app/rehearse/answer_parser.hpp"

#include <boost/asio/buffer.hpp>
#include <gtest/gtest.h>

// What a crowd understands of a server's answers.

namespace onsale::app {
namespace {

const std::string id = "demo.0123456789abcdef0123456789abcdef";

answer ticket_answer(int status, const std::string& body) {
    return read_answer(buying_call::ticket, "demo", status, body);
}

answer v1_answer(int status, const std::string& body) {
    return read_answer(buying_call::v1, "demo", status, body);
}

std::string sold_ticket(const std::string& reservation, const std::string& sale,
                        const std::string& number) {
    return R"({"code":1,"msg":"抢票成功","data":{"reservation":")" + reservation + R"(","sale":")" +
           sale + R"(","ticket":)" + number + R"(,"pay_by":"2027-02-01T08:00:00.000Z"}})";
}

TEST(TicketAnswer, TellsTheTicketAndTheReservation) {
    const auto got = ticket_answer(200, sold_ticket(id, "demo", "17"));
    EXPECT_EQ(got.what, told::sold);
    EXPECT_EQ(got.reservation, id);
    EXPECT_EQ(got.ticket, 17);
    EXPECT_EQ(to_rfc3339(got.pay_by), "2027-02-01T08:00:00.000Z");
}

TEST(TicketAnswer, IsNonsenseIfTheTicketIsOfAnotherSaleOrNone) {
    EXPECT_EQ(ticket_answer(200, sold_ticket(id, "other", "17")).what, told::nonsense);
    EXPECT_EQ(ticket_answer(200, sold_ticket("other" + id.substr(4), "demo", "17")).what,
              told::nonsense);
    EXPECT_EQ(ticket_answer(200, sold_ticket(id, "demo", "0")).what, told::nonsense);
    EXPECT_EQ(ticket_answer(200, sold_ticket(id, "demo", "null")).what, told::nonsense);
    EXPECT_EQ(ticket_answer(200, sold_ticket("17", "demo", "17")).what, told::nonsense);
}

struct case_of {
    int status;
    const char* body;
    told what;
    const char* reason;
};

TEST(TicketAnswer, HasOneMeaningForEveryCode) {
    for (const auto& one : {
             case_of{200, R"({"code":-1,"msg":"已售罄"})", told::sold_out, ""},
             case_of{200, R"({"code":-2,"reason":"not_open"})", told::refused, "not_open"},
             case_of{503, R"({"code":-3})", told::busy, ""},
             case_of{404, R"({"code":-4,"reason":"no_sale"})", told::wrong, "no_sale"},
             case_of{200, R"({"code":7})", told::nonsense, ""},
             case_of{200, R"({"code":"1"})", told::nonsense, ""},
             case_of{200, "[]", told::nonsense, ""},
             case_of{200, "", told::nonsense, ""},
             case_of{502, "<html>", told::busy, ""},
             case_of{429, "<html>", told::busy, ""},
             case_of{500, "<html>", told::nonsense, ""},
         }) {
        const auto got = ticket_answer(one.status, one.body);
        EXPECT_EQ(name_of(got.what), name_of(one.what)) << one.status << " " << one.body;
        EXPECT_EQ(got.reason, one.reason);
    }
}

TEST(TicketAnswer, InDoubtKeepsTheReservation) {
    const auto got = ticket_answer(202, R"({"code":0,"data":{"reservation":")" + id + R"("}})");
    EXPECT_EQ(got.what, told::in_doubt);
    EXPECT_EQ(got.reservation, id);
    EXPECT_FALSE(is_final(got.what));
}

TEST(V1Answer, TellsTheTicketAndTheReservation) {
    for (const int status : {200, 201}) {
        const auto got = v1_answer(
            status, R"({"reservation":")" + id + R"(","sale":"demo","quantity":1,"tickets":[9]})");
        EXPECT_EQ(got.what, told::sold);
        EXPECT_EQ(got.ticket, 9);
    }
}

TEST(V1Answer, IsNonsenseIfItHasNotOneTicket) {
    for (const auto* tickets : {"[]", "[1,2]", "7", R"(["7"])"}) {
        const auto got = v1_answer(
            201, R"({"reservation":")" + id + R"(","sale":"demo","tickets":)" + tickets + "}");
        EXPECT_EQ(got.what, told::nonsense) << tickets;
    }
}

TEST(V1Answer, HasOneMeaningForEveryProblem) {
    for (const auto& one : {
             case_of{409, R"({"code":"sold_out"})", told::sold_out, "sold_out"},
             case_of{409, R"({"code":"paused"})", told::refused, "paused"},
             case_of{403, R"({"code":"limit_reached"})", told::refused, "limit_reached"},
             case_of{422, R"({"code":"key_reused"})", told::wrong, "key_reused"},
             case_of{404, R"({"code":"no_sale"})", told::wrong, "no_sale"},
             case_of{202, R"({"code":"in_doubt"})", told::in_doubt, "in_doubt"},
             case_of{503, R"({"code":"busy"})", told::busy, ""},
             case_of{500, R"({})", told::nonsense, ""},
         }) {
        const auto got = v1_answer(one.status, one.body);
        EXPECT_EQ(name_of(got.what), name_of(one.what)) << one.status << " " << one.body;
        EXPECT_EQ(got.reason, one.reason);
    }
}

TEST(SettlementAnswer, TellsWhatWasPaidAndWhatItReplaces) {
    const auto paid =
        R"({"reservation":")" + id + R"(","sale":"demo","state":"paid","tickets":[9])";
    const auto got = read_settlement("demo", 200, paid + "}");
    EXPECT_EQ(got.what, told::paid);
    EXPECT_EQ(got.reservation, id);
    EXPECT_EQ(got.ticket, 9);
    EXPECT_EQ(got.replaces, "");
    EXPECT_EQ(read_settlement("demo", 200, paid + R"(,"replaces":"demo.1"})").replaces, "demo.1");
    EXPECT_EQ(read_settlement("other", 200, paid + "}").what, told::nonsense);
}

TEST(SettlementAnswer, TellsWhatIsOwed) {
    const auto got =
        read_settlement("demo", 409, R"({"code":"x","state":"expired","refund_due":4200})");
    EXPECT_EQ(got.what, told::refund_due);
    EXPECT_EQ(got.refund, 4200);
    EXPECT_EQ(got.reason, "expired");
}

TEST(SettlementAnswer, HasOneMeaningForEveryStatus) {
    for (const auto& one : {
             case_of{200, R"({"state":"cancelled"})", told::cancelled, ""},
             case_of{200, R"({"state":"held"})", told::nonsense, ""},
             case_of{409, R"({"code":"x","state":"paid"})", told::refused, "paid"},
             case_of{202, R"({"code":"in_doubt"})", told::in_doubt, "in_doubt"},
             case_of{401, R"({"code":"bad_signature"})", told::wrong, "bad_signature"},
             case_of{404, R"({"code":"no_reservation"})", told::wrong, "no_reservation"},
             case_of{422, R"({"code":"wrong_amount"})", told::wrong, "wrong_amount"},
             case_of{429, R"({"code":"too_many_requests"})", told::busy, "too_many_requests"},
             case_of{503, R"({"code":"busy"})", told::busy, "busy"},
             case_of{503, R"({"code":"payments_off"})", told::wrong, "payments_off"},
             case_of{503, "<html>", told::busy, ""},
             case_of{500, "{}", told::nonsense, ""},
         }) {
        const auto got = read_settlement("demo", one.status, one.body);
        EXPECT_EQ(name_of(got.what), name_of(one.what)) << one.status << " " << one.body;
        EXPECT_EQ(got.reason, one.reason);
    }
}

/// Gives the parser `text` as one piece; true if it is a whole answer and nothing is left.
bool parse(answer_parser& parser, const std::string& text) {
    boost::system::error_code error;
    const auto used = parser.put(boost::asio::buffer(text), error);
    return !error && parser.is_done() && used == text.size();
}

TEST(AnswerParser, KeepsStatusBodyAndRetryAfter) {
    std::string body = "what was there";
    answer_parser parser{body};
    EXPECT_TRUE(parse(parser,
                      "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n"
                      "Content-Length: 3\r\n\r\nyes"));
    EXPECT_EQ(parser.status(), 503);
    EXPECT_EQ(body, "yes");
    EXPECT_EQ(parser.retry_after(), std::chrono::seconds{2});
    EXPECT_TRUE(parser.keep_alive());
}

TEST(AnswerParser, ReadsAProxysChunks) {
    std::string body;
    answer_parser parser{body};
    EXPECT_TRUE(parse(parser,
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "2\r\nye\r\n1\r\ns\r\n0\r\n\r\n"));
    EXPECT_EQ(body, "yes");
}

TEST(AnswerParser, DoesNotWaitForEverOnARetryAfterThatIsNoNumber) {
    std::string body;
    answer_parser parser{body};
    EXPECT_TRUE(parse(parser,
                      "HTTP/1.1 503 X\r\nRetry-After: Mon, 01 Feb 2027 08:00:00 GMT\r\n"
                      "Content-Length: 0\r\n\r\n"));
    EXPECT_EQ(parser.retry_after(), std::chrono::seconds{0});
}

TEST(AnswerParser, RefusesABodyThatHasNoEnd) {
    std::string body;
    answer_parser parser{body};
    EXPECT_FALSE(parse(parser, "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n"));
}

}  // namespace
}  // namespace onsale::app
