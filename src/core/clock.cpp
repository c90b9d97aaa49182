#include "onsale/core/clock.hpp"

#include <cstddef>

namespace onsale {

namespace {

/// Appends `value` with leading zeros.
void append_padded(std::string& text, unsigned value, std::size_t width) {
    char digits[8];
    for (std::size_t i = width; i-- > 0; value /= 10) {
        digits[i] = static_cast<char>('0' + value % 10);
    }
    text.append(digits, width);
}

}  // namespace

void append_rfc3339(std::string& text, ledger_ms at) {
    using namespace std::chrono;
    const sys_time<milliseconds> instant{milliseconds{at}};
    const auto midnight = floor<days>(instant);
    const year_month_day date{midnight};
    const hh_mm_ss<milliseconds> time{instant - midnight};
    append_padded(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_padded(text, static_cast<unsigned>(date.day()), 2);
    text += 'T';
    append_padded(text, static_cast<unsigned>(time.hours().count()), 2);
    text += ':';
    append_padded(text, static_cast<unsigned>(time.minutes().count()), 2);
    text += ':';
    append_padded(text, static_cast<unsigned>(time.seconds().count()), 2);
    text += '.';
    append_padded(text, static_cast<unsigned>(time.subseconds().count()), 3);
    text += 'Z';
}

std::string to_rfc3339(ledger_ms at) {
    std::string text;
    append_rfc3339(text, at);
    return text;
}

}  // namespace onsale
