#include "onsale/core/assert.hpp"
#include "onsale/core/reservation.hpp"
#include "onsale/core/text.hpp"
#include "onsale/core/ticket_set.hpp"
#include "onsale/redis/word_line.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What a ledger answers, line by line: words, records, lists of tickets.

namespace onsale::test {

namespace {

/// What was read is written as it was read, and read again as the same.
void read_record(std::string_view digits, std::string_view text) {
    const auto record = parse_record(digits, text);
    if (!record) return;
    std::string again;
    append_record(again, *record);
    const auto second = parse_record(digits, again);
    ONSALE_ASSERT(second && second->buyer == record->buyer && second->tickets == record->tickets &&
                  second->written == record->written && second->pay_by == record->pay_by);
    const auto tickets = ticket_set::parse(record->tickets);
    if (tickets) ONSALE_ASSERT(ticket_set::parse(tickets->list())->list() == tickets->list());
}

void read_reply(std::string_view text) {
    while (!text.empty()) {
        auto line = cut(text, '\n');
        const auto word = redis::parse_word_line(line);
        if (word) ONSALE_ASSERT(word->says.state != sale_state::unknown);
        const auto digits = cut(line, ' ');
        read_record(digits, line);
        static_cast<void>(cut(line, ' '));
        read_record(digits, line);
    }
}

}  // namespace

}  // namespace onsale::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    onsale::test::read_reply({reinterpret_cast<const char*>(data), size});
    return 0;
}
