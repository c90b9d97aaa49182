#include "../../src/app/audit.hpp"

#include <gtest/gtest.h>

#include <string>

// The law of a sale: each part, broken alone, is found, and found under its name.

namespace onsale::app {
namespace {

std::string id(char digit) {
    return std::string(32, digit);
}

/// Ten tickets: 1 and 2-3 held by two buyers, 4 paid, 5 came back from a cancelled one, 6-10 new.
class Audit : public testing::Test {
  protected:
    Audit() {
        picture.exact = true;
        picture.counters = {.at = {1, 6},
                            .state = sale_state::open,
                            .total = 10,
                            .sold = 4,
                            .paid = 1,
                            .last = 10,
                            .next = 6,
                            .journal = {1, 6},
                            .free_numbers = 1,
                            .reservations = 4,
                            .buyers = 3,
                            .due = 2};
        add('a', "1|held|1|1|5000|100|0|1|2||0|ann");
        add('b', "1|held|2|2-3|6000|100|0|1|3||0|bob");
        add('c', "1|paid|1|4|7000|100|0|1|5||0|bob");
        add('d', "1|cancelled|1||7000|100|0|1|6||0|cleo");
        picture.buyers = {{"ann", 1, 1}, {"bob", 3, 2}, {"cleo", 0, 1}};
        picture.due = {{keep(id('a')), 5000}, {keep(id('b')), 6000}};
        picture.free_numbers = {5};
        picture.settle();
    }

    std::string_view keep(std::string_view text) { return picture.texts.keep(text); }

    void add(char digit, std::string_view record) {
        const auto one = parse_record(keep(id(digit)), keep(record));
        ASSERT_TRUE(one);
        picture.reservations.push_back(*one);
    }

    reservation& at(std::size_t place) { return picture.reservations[place]; }

    /// Checks that this part of the law is found broken, and no other.
    void expect_only(audit_law law, std::int64_t differences = 1) {
        picture.settle();
        const auto report = check_law(picture);
        EXPECT_EQ(report.of(law).differences, differences) << name_of(law);
        EXPECT_EQ(report.difference_count(), differences) << first_of(report);
        EXPECT_FALSE(report.holds());
    }

    static std::string first_of(const audit_report& report) {
        std::string all;
        for (const auto& one : report.differences)
            all += one.sentence + "\n";
        return all;
    }

    ledger_picture picture;
};

TEST_F(Audit, FindsNothingInASaleThatKeepsTheLaw) {
    const auto report = check_law(picture);
    EXPECT_TRUE(report.holds()) << first_of(report);
    EXPECT_TRUE(report.exact);
    for (auto law = audit_law::counters; law < audit_law::position;
         law = static_cast<audit_law>(static_cast<int>(law) + 1)) {
        EXPECT_TRUE(report.of(law).compared) << name_of(law);
        EXPECT_GT(report.of(law).checked, 0) << name_of(law);
    }
}

TEST_F(Audit, FindsCountersThatCannotBe) {
    picture.counters.last = 9;  // fewer numbers than tickets
    picture.counters.free_numbers = 2;
    expect_only(audit_law::counters);
}

TEST_F(Audit, FindsATicketThatNobodyCanBuyThoughNobodyHasIt) {
    picture.counters.free_numbers = 0;
    picture.free_numbers.clear();
    expect_only(audit_law::stock);
}

TEST_F(Audit, FindsAJournalThatIsBehind) {
    picture.counters.journal = {1, 5};
    expect_only(audit_law::journal);
}

TEST_F(Audit, FindsAnOversoldCounter) {
    picture.counters.sold = 5;  // one more held than the records show
    picture.counters.free_numbers = 0;
    picture.free_numbers.clear();
    expect_only(audit_law::held);
}

TEST_F(Audit, FindsAPaymentThatTheCounterDoesNotKnow) {
    picture.counters.paid = 0;
    picture.counters.sold = 3;
    picture.counters.total = 9;
    picture.counters.last = 10;
    expect_only(audit_law::paid);
}

TEST_F(Audit, FindsARecordThatCannotBeRead) {
    picture.unreadable.emplace_back(keep(id('e')), keep("2|held|what"));
    expect_only(audit_law::records);
}

TEST_F(Audit, FindsARecordNewerThanTheLedger) {
    at(3).written = {1, 7};
    expect_only(audit_law::records);
}

TEST_F(Audit, FindsATicketSoldTwice) {
    at(2).tickets = "3";  // the second of bob's other reservation
    expect_only(audit_law::tickets);
}

TEST_F(Audit, FindsATicketSoldTwiceBehindAWideRange) {
    picture.reservations.clear();
    add('a', "1|held|3|1-3|5000|100|0|1|2||0|ann");
    add('b', "1|held|1|4|6000|100|0|1|3||0|bob");
    add('c', "1|held|1|2|6000|100|0|1|4||0|bob");
    picture.counters.sold = 5;
    picture.counters.paid = 0;
    picture.counters.free_numbers = 0;
    picture.free_numbers.clear();
    picture.buyers = {{"ann", 3, 1}, {"bob", 2, 2}};
    picture.due = {{keep(id('a')), 5000}, {keep(id('b')), 6000}, {keep(id('c')), 6000}};
    expect_only(audit_law::tickets);
}

TEST_F(Audit, FindsATicketThatWasNeverIssued) {
    at(0).tickets = "6";
    expect_only(audit_law::tickets);
}

TEST_F(Audit, FindsAReservationWithTooFewNumbers) {
    at(1).tickets = "2";
    expect_only(audit_law::tickets);
}

TEST_F(Audit, FindsANumberThatCameBackAndIsStillSomebodys) {
    picture.free_numbers = {4};
    expect_only(audit_law::free_numbers);
}

TEST_F(Audit, FindsANumberThatCameBackTwice) {
    picture.free_numbers = {5, 5};
    picture.counters.free_numbers = 2;
    picture.counters.total = 11;  // the counters would not tell
    picture.counters.last = 11;
    picture.counters.next = 7;
    expect_only(audit_law::free_numbers);
}

TEST_F(Audit, FindsANumberThatCameBackWithoutHavingBeenIssued) {
    picture.free_numbers = {6};
    expect_only(audit_law::free_numbers);
}

TEST_F(Audit, FindsABuyerWhoseTicketsWereNotGivenBack) {
    picture.buyers[2].live = 1;
    expect_only(audit_law::buyers);
}

TEST_F(Audit, FindsABuyerWhoIsNotCounted) {
    picture.buyers.erase(picture.buyers.begin());
    expect_only(audit_law::buyers);
}

TEST_F(Audit, FindsABuyerWithoutReservations) {
    picture.buyers.push_back({"dora", 1, 1});
    expect_only(audit_law::buyers);
}

TEST_F(Audit, CountsNobodyForWhoNamedNobody) {
    at(0).buyer = "";
    picture.buyers.erase(picture.buyers.begin());
    EXPECT_TRUE(check_law(picture).holds());
}

TEST_F(Audit, FindsAHoldThatWouldNeverExpire) {
    picture.due.pop_back();
    expect_only(audit_law::due);
}

TEST_F(Audit, FindsADeadlineOfWhatIsNotThere) {
    picture.due.push_back({keep(id('e')), 7000});
    expect_only(audit_law::due);
}

TEST_F(Audit, LetsTheDeadlineOfWhatHasEndedBe) {
    picture.due.push_back({keep(id('c')), 7000});
    picture.settle();
    EXPECT_TRUE(check_law(picture).holds());
}

TEST_F(Audit, FindsADeadlineOtherThanTheRecords) {
    picture.due[0].pay_by = 4999;
    expect_only(audit_law::due);
}

TEST_F(Audit, DoesNotCompareSumsWhileTheSaleMoves) {
    picture.exact = false;
    picture.counters.sold = 5;
    picture.counters.next = 7;
    const auto report = check_law(picture);
    EXPECT_FALSE(report.of(audit_law::held).compared);
    EXPECT_FALSE(report.of(audit_law::paid).compared);
    EXPECT_TRUE(report.holds()) << first_of(report);
}

TEST_F(Audit, OfAMovingSaleKeepsWhatWasSeenTwice) {
    picture.exact = false;
    picture.due.pop_back();
    const auto earlier = check_law(picture);
    picture.buyers.clear();
    auto report = check_law(picture);
    ASSERT_GT(report.difference_count(), 1);
    keep_confirmed(report, earlier);
    EXPECT_EQ(report.difference_count(), 1);
    EXPECT_EQ(report.of(audit_law::due).differences, 1);
}

TEST_F(Audit, OfAMovingSaleKeepsWhatComesFromOneAtomicStep) {
    picture.exact = false;
    const auto earlier = check_law(picture);
    picture.counters.journal = {1, 4};
    auto report = check_law(picture);
    keep_confirmed(report, earlier);
    EXPECT_EQ(report.of(audit_law::journal).differences, 1);
}

TEST(Picture, TakesTheNewerOfARecordThatTheScanGaveTwice) {
    ledger_picture picture;
    const auto digits = id('a');
    picture.reservations = {*parse_record(digits, "1|held|1|1|5000|100|0|1|2||0|ann"),
                            *parse_record(digits, "1|paid|1|1|5000|100|0|1|9||0|ann")};
    picture.settle();
    ASSERT_EQ(picture.reservations.size(), 1U);
    EXPECT_EQ(picture.reservations[0].state, reservation_state::paid);
    EXPECT_EQ(picture.find(digits), &picture.reservations[0]);
    EXPECT_EQ(picture.find(id('b')), nullptr);
}

}  // namespace
}  // namespace onsale::app
