#include "integration/node_test.hpp"
#include "support/program.hpp"
#include "support/stage.hpp"

#include <boost/json/parse.hpp>

#include <fstream>
#include <sstream>

// `onsale rehearse` against a real node: what its buyers do after the purchase, and the verdict.

namespace onsale::test {

class Rehearse : public node_test {
  protected:
    node& sell_for_money(const sale_terms& terms, std::vector<std::string> settings = {}) {
        settings.push_back("payments.secret_file=" +
                           secret_file("secret", "a secret of some length"));
        return sell(terms, std::move(settings));
    }

    std::string secret_file(const std::string& name, const std::string& secret) {
        const auto file = directory.path() / name;
        std::ofstream{file} << secret << '\n';
        return file.string();
    }

    program_result rehearse(const node& at, const std::vector<std::string>& arguments) {
        std::vector<std::string> command{
            onsale_binary(), "rehearse",
            "--url",         "http://127.0.0.1:" + std::to_string(at.port()),
            "--redis",       "unix://" + redis.endpoint().socket,
            "--connections", "20"};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run_program(command);
    }

    /// The report, which is printed behind the progress.
    static boost::json::value report_of(const program_result& ended) {
        const auto begin = ended.output.find('{');
        return boost::json::parse(ended.output.substr(begin == std::string::npos ? 0 : begin));
    }

    static std::int64_t count(const boost::json::value& report, const char* of, const char* what) {
        return report.at(of).at(what).as_int64();
    }

    const temporary_directory directory;
};

TEST_F(Rehearse, WithoutASharePaysNothing) {
    const auto& one = sell({.total = 200});
    const auto ended = rehearse(one, {"--buyers", "300", "--json"});
    EXPECT_EQ(ended.status, 0) << ended.output;
    const auto report = report_of(ended);
    EXPECT_EQ(count(report, "told", "sold"), 200);
    EXPECT_EQ(count(report, "settled", "paid"), 0);
    EXPECT_EQ(number("paid"), 0);
    EXPECT_EQ(number("sold"), 200);
}

TEST_F(Rehearse, WithAConnectionForEachRequestMakesAsManyAndIsClean) {
    const auto& one = sell({.total = 200});
    const auto accepted = [&] { return metric(one.port(), "onsale_connections_total"); };
    const auto before = accepted();
    const auto ended = rehearse(one, {"--buyers", "500", "--one-shot", "--json"});
    EXPECT_EQ(ended.status, 0) << ended.output;
    const auto report = report_of(ended);
    EXPECT_EQ(count(report, "told", "sold"), 200);
    EXPECT_EQ(count(report, "told", "sold_out"), 300);
    EXPECT_EQ(count(report, "sold_out", "compared"), 300);
    EXPECT_GE(accepted(), before + 500);  // kept ones would be 20
}

// 20 connections would serve the 300 in a moment.
TEST_F(Rehearse, AtARateTakesItsTimeAndDrawsIt) {
    const auto& one = sell({.total = 100});
    const auto picture = directory.path() / "run.svg";
    const auto ended =
        rehearse(one, {"--buyers", "300", "--rate", "200", "--svg", picture.string(), "--json"});
    EXPECT_EQ(ended.status, 0) << ended.output;
    const auto report = report_of(ended);
    EXPECT_GE(report.at("seconds").as_double(), 299 / 200.0);
    EXPECT_LT(report.at("seconds").as_double(), 30);
    EXPECT_EQ(count(report, "told", "sold"), 100);
    std::stringstream drawn;
    drawn << std::ifstream{picture}.rdbuf();
    EXPECT_NE(drawn.str().find("300 arrivals"), std::string::npos);
    EXPECT_NE(drawn.str().find("100 sales"), std::string::npos);
}

TEST_F(Rehearse, FindsAFalseSoldOut) {
    // As in the article: a node without local stock says so, whatever the others have.
    const auto& one =
        sell({.total = 100}, {"node.top_up=false", "node.local_stock=40", "node.buffer=0"});
    const auto ended = rehearse(one, {"--buyers", "60"});
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_NE(ended.output.find("20 buyers were told 'sold out' while tickets were left"),
              std::string::npos)
        << ended.output;
}

TEST_F(Rehearse, RefusesWhatCannotBeRehearsed) {
    const auto& one = sell({.total = 10, .hold_ms = 60'000});
    const auto secret = secret_file("secret", "a secret of some length");
    const auto refused = [&](const std::vector<std::string>& arguments, const std::string& why) {
        const auto ended = rehearse(one, arguments);
        EXPECT_EQ(ended.status, 2) << ended.output;
        EXPECT_NE(ended.output.find(why), std::string::npos) << ended.output;
    };
    refused({"--rate", "10", "--duration-limit", "60s"}, "1000000 buyers at 10 a second");
    refused({"--svg", "/nowhere/run.svg"}, "cannot write to /nowhere/run.svg");
    refused({"--pay", "0.6", "--cancel", "0.6"}, "at most 1 together");
    refused({"--pay", "0.6"}, "need --payment-secret");
    refused({"--pay", "0.6", "--payment-secret", "/nowhere"}, "no secret can be read");
    refused({"--pay", "0.6", "--payment-secret", secret, "--no-ledger"}, "need the ledger");
    refused({"--late", "0.6", "--payment-secret", secret, "--duration-limit", "60s"},
            "waits for the end of a hold, which is 1m");
    EXPECT_EQ(number("sold"), 0);
}

TEST_F(Rehearse, OfEveryCourseIsCleanAndWhatWasToldPaidIsPaid) {
    const auto& one = sell_for_money({.total = 400, .hold_ms = 4'000});
    for (const std::string api : {"ticket", "v1"}) {
        const auto ended =
            rehearse(one, {"--buyers", "200", "--api", api, "--json", "--pay", "0.5", "--late",
                           "0.1", "--cancel", "0.1", "--repeat", "0.1", "--payment-secret",
                           (directory.path() / "secret").string()});
        EXPECT_EQ(ended.status, 0) << ended.output;
        const auto report = report_of(ended);
        EXPECT_EQ(count(report, "told", "sold"), 200);
        EXPECT_NEAR(static_cast<double>(count(report, "settled", "cancelled")), 20, 3);
        // A late payment is in time for a ticket that came back.
        EXPECT_NEAR(static_cast<double>(count(report, "settled", "paid")), 140, 6);
        EXPECT_EQ(count(report, "audit", "paid"), number("paid"));
    }
}

TEST_F(Rehearse, OfLatePayersWhoGetNothingKnowsThatTheirMoneyIsOwed) {
    const auto& one =
        sell_for_money({.total = 50, .hold_ms = 1'500}, {"payments.late_payment=refuse"});
    const auto ended = rehearse(one, {"--buyers", "50", "--json", "--late", "1", "--payment-secret",
                                      (directory.path() / "secret").string()});
    EXPECT_EQ(ended.status, 0) << ended.output;
    EXPECT_EQ(count(report_of(ended), "settled", "refund_due"), 50);
    EXPECT_EQ(number("paid"), 0);
}

TEST_F(Rehearse, WithAnotherSecretIsNotClean) {
    const auto& one = sell_for_money({.total = 50});
    const auto other = secret_file("other", "another one of some length");
    const auto ended = rehearse(one, {"--buyers", "10", "--pay", "1", "--payment-secret", other});
    EXPECT_EQ(ended.status, 1) << ended.output;
    EXPECT_NE(ended.output.find("10 payments came to nothing"), std::string::npos) << ended.output;
}

}  // namespace onsale::test
