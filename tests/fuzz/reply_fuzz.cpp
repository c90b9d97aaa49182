#include "../../src/redis/batch_reply.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/text.hpp"
#include "onsale/core/ticket_set.hpp"
#include "onsale/redis/word_line.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What a ledger answers, line by line: words, what became of each purchase of a batch, records,
// lists of tickets (P9).

namespace onsale::test {

namespace {

constexpr std::string_view successor = "00000000000000000000000000000002";

/// What was read is written as it was read, and read again as the same.
void check_record(std::string_view digits, const reservation& record) {
    ONSALE_ASSERT(record.digits == digits);
    std::string again;
    append_record(again, record);
    const auto second = parse_record(digits, again);
    ONSALE_ASSERT(second && second->buyer == record.buyer && second->tickets == record.tickets &&
                  second->written == record.written && second->pay_by == record.pay_by);
    const auto tickets = ticket_set::parse(record.tickets);
    if (tickets) ONSALE_ASSERT(ticket_set::parse(tickets->list())->list() == tickets->list());
}

/// A ticket is told with its record and never without, and of the purchase that was asked for.
void read_answers(std::string_view digits, std::string_view line) {
    if (const auto told = redis::parse_reserved(digits, line)) {
        const bool has_ticket = told->what == outcome::sold || told->what == outcome::repeated;
        ONSALE_ASSERT(told->record.has_value() == has_ticket);
        if (told->record) check_record(digits, *told->record);
    }
    if (const auto told = redis::parse_looked_up(digits, line)) {
        ONSALE_ASSERT(told->record.has_value() == (line != "-"));
        if (told->record) check_record(digits, *told->record);
    }
    if (const auto told = redis::parse_settled(digits, successor, line)) {
        const bool is_successor = told->what == settle_result::rebought;
        ONSALE_ASSERT(told->record || !is_successor);
        if (told->record) check_record(is_successor ? successor : digits, *told->record);
    }
}

void read_reply(std::string_view text) {
    static_cast<void>(redis::proves_not_run(text));
    while (!text.empty()) {
        auto line = cut(text, '\n');
        const auto word = redis::parse_word_line(line);
        if (word) ONSALE_ASSERT(word->says.state != sale_state::unknown);
        const auto digits = cut(line, ' ');
        read_answers(digits, line);
    }
}

}  // namespace

}  // namespace onsale::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    onsale::test::read_reply({reinterpret_cast<const char*>(data), size});
    return 0;
}
