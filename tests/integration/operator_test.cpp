#include "integration/node_test.hpp"
#include "support/program.hpp"

#include <boost/json/parse.hpp>

// The operator's commands about reservations, as they are run.

namespace onsale::test {

class Operator : public node_test {
  protected:
    void SetUp() override { open({.total = 10}); }

    /// Runs `onsale reservation …` on this test's ledger.
    program_result run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {onsale_binary(), "reservation"});
        arguments.insert(arguments.end(), {"--redis", redis.endpoint().to_string()});
        return run_program(arguments);
    }

    boost::json::value run_json(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const auto result = run(std::move(arguments));
        EXPECT_EQ(result.status, 0) << result.output;
        return boost::json::parse(result.output);
    }

    std::string reserve(int number, const std::string& buyer = "ada", std::int64_t quantity = 2) {
        EXPECT_EQ(ledger.reserve_one({id_of(number), buyer, quantity}).status, "held");
        return "demo." + id_of(number);
    }
};

TEST_F(Operator, ShowsAReservation) {
    const auto id = reserve(1);
    const auto shown = run_json({"show", id});
    EXPECT_EQ(shown.at("reservation").as_string(), id);
    EXPECT_EQ(shown.at("buyer").as_string(), "ada");
    EXPECT_EQ(shown.at("state").as_string(), "held");
    EXPECT_EQ(shown.at("tickets"), (boost::json::array{1, 2}));
    EXPECT_TRUE(shown.at("settled").is_null());
    EXPECT_FALSE(shown.at("ordered").as_bool());
    const auto text = run({"show", id}).output;
    EXPECT_NE(text.find("2: 1-2"), std::string::npos) << text;
}

TEST_F(Operator, L20CancelsOnceAndSaysSoTheSecondTime) {
    const auto id = reserve(1);
    EXPECT_EQ(run_json({"cancel", id}).at("result").as_string(), "done");
    EXPECT_EQ(run_json({"cancel", id}).at("result").as_string(), "repeated");
    EXPECT_EQ(number("sold"), 0);
}

TEST_F(Operator, L22TakesAPaidOneBackAndSeesWhatIsOwed) {
    const auto id = reserve(1);
    EXPECT_EQ(run({"list", "--refund-due"}).output, "Nothing is owed.\n");
    ledger.settle(id_of(1), reservation_state::paid);
    EXPECT_EQ(run({"cancel", id}).status, 2) << "a paid one is refunded, not cancelled";
    const auto refunded = run_json({"refund", id});
    EXPECT_EQ(refunded.at("state").as_string(), "refunded");
    EXPECT_EQ(refunded.at("refund_due").as_int64(), 2 * price);
    const auto owed = run_json({"list", "--refund-due"});
    ASSERT_EQ(owed.as_array().size(), 1u);
    EXPECT_EQ(owed.at(0).at("reservation").as_string(), id);
    EXPECT_EQ(owed.at(0).at("amount").as_int64(), 2 * price);
    EXPECT_EQ(owed.at(0).at("reason").as_string(), "refunded");

    EXPECT_EQ(run({"refund-done", id, "--payment", "another"}).status, 2);
    EXPECT_EQ(run_json({"refund-done", id}).at("refund_due").as_int64(), 0);
    EXPECT_EQ(run_json({"refund-done", id}).at("result").as_string(), "repeated");
    EXPECT_EQ(run_json({"list", "--refund-due"}).as_array().size(), 0u);
    EXPECT_EQ(number("sold"), 0);
}

TEST_F(Operator, L22SendsBackAllThatIsOwedPaymentByPayment) {
    const auto id = reserve(1);
    for (const auto* payment : {"pay-1", "pay-2", "pay-3"})
        ledger.settle_one({id_of(1), "pay", payment, 2 * price, std::string(32, 'e')});
    ASSERT_EQ(run_json({"list", "--refund-due"}).as_array().size(), 2u);
    ASSERT_EQ(run({"refund-done", id, "--payment", "pay-2"}).status, 0);
    const auto done = run_json({"refund-done", id});
    EXPECT_EQ(done.at("result").as_string(), "done");
    EXPECT_EQ(done.at("refund_due").as_int64(), 0);
    EXPECT_EQ(run_json({"list", "--refund-due"}).as_array().size(), 0u);
}

TEST_F(Operator, WhatCannotBeDoneIsASentenceAndAStatus) {
    const auto none = run({"show", "demo." + id_of(9)});
    EXPECT_EQ(none.status, 2);
    EXPECT_NE(none.output.find("there is no reservation"), std::string::npos) << none.output;
    EXPECT_EQ(run({"show", "nonsense"}).status, 2);
    EXPECT_EQ(run({"refund", reserve(1)}).status, 2) << "it is not paid";
    EXPECT_EQ(run({"refund-done", "demo." + id_of(1)}).status, 2) << "nothing is owed";
    EXPECT_EQ(run({"list"}).status, 2);
    ledger.command({"HSET", ledger.key(), "state", "frozen"});
    EXPECT_EQ(run({"list", "--refund-due"}).status, 1) << "it may be older than what was sent back";
    EXPECT_EQ(run({"refund-done", "demo." + id_of(1)}).status, 1);
    const auto frozen = run({"cancel", "demo." + id_of(1)});
    EXPECT_EQ(frozen.status, 1);
    EXPECT_NE(frozen.output.find("frozen"), std::string::npos) << frozen.output;
}

}  // namespace onsale::test
