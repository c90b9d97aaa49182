#include "when.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <array>
#include <cstdint>
#include <ctime>
#include <time.h>
#include <utility>

namespace onsale::app {

namespace {

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{{
    {"h", 3'600'000},
    {"m", 60'000},
    {"s", 1'000},
    {"ms", 1},
}};

/// The factor that turns a count of this unit into milliseconds; 0: no unit.
std::int64_t factor_of(std::string_view unit) {
    for (const auto& [name, factor] : units) {
        if (name == unit) return factor;
    }
    return 0;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// `.` and digits at the front of `text`, cut off it, in milliseconds; the rest of the digits is
/// dropped. Nothing if there is a point without a digit.
std::optional<std::int64_t> cut_fraction(std::string_view& text) {
    if (!text.starts_with('.')) return 0;
    std::int64_t value = 0;
    std::size_t used = 1;
    for (std::int64_t place = 100; used < text.size() && is_digit(text[used]);
         ++used, place /= 10) {
        value += place * (text[used] - '0');
    }
    if (used == 1) return std::nullopt;
    text.remove_prefix(used);
    return value;
}

/// `Z`, `+08:00` as seconds east of Greenwich.
std::optional<std::int64_t> parse_zone(std::string_view text) {
    if (text == "Z" || text == "z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
        return std::nullopt;
    const auto hours = parse_integer<unsigned>(text.substr(1, 2));
    const auto minutes = parse_integer<unsigned>(text.substr(4, 2));
    if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const auto seconds = std::int64_t{*hours} * 3600 + std::int64_t{*minutes} * 60;
    return text[0] == '-' ? -seconds : seconds;
}

/// strptime takes 31 February and leading blanks; this does not.
bool is_exact(const std::tm& read, std::string_view text) {
    using namespace std::chrono;
    const year_month_day date{year{read.tm_year + 1900},
                              month{static_cast<unsigned>(read.tm_mon + 1)},
                              day{static_cast<unsigned>(read.tm_mday)}};
    return date.ok() && read.tm_sec < 60 && text.size() > 19 && is_digit(text[0]) &&
           text[4] == '-' && text[7] == '-' && text[13] == ':' && text[16] == ':';
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    std::size_t digits = 0;
    while (digits < text.size() && is_digit(text[digits]))
        ++digits;
    const auto count = parse_integer(text.substr(0, digits));
    const auto factor = factor_of(text.substr(digits));
    // A hundred years is enough, and keeps the product far from the end of the type.
    if (!count || factor == 0 || *count > std::int64_t{100} * 366 * 24 * 3'600'000 / factor) {
        return std::nullopt;
    }
    return std::chrono::milliseconds{*count * factor};
}

std::string duration_text(std::chrono::milliseconds time) {
    for (const auto& [name, factor] : units) {
        if (time.count() % factor == 0 && (time.count() != 0 || factor == 1'000)) {
            return std::to_string(time.count() / factor) + std::string{name};
        }
    }
    return {};
}

std::optional<ledger_ms> parse_rfc3339(const std::string& text) {
    std::tm read{};
    const char* end = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &read);
    if (end == nullptr || !is_exact(read, text) || end != text.c_str() + 19) return std::nullopt;
    std::string_view rest{end};
    const auto fraction = cut_fraction(rest);
    const auto zone = parse_zone(rest);
    if (!fraction || !zone) return std::nullopt;
    return (timegm(&read) - *zone) * 1'000 + *fraction;
}

or_complaint<opening> parse_opening(const std::string& text) {
    if (text.starts_with('+')) {
        if (const auto time = parse_duration(std::string_view{text}.substr(1))) {
            return opening{true, *time};
        }
    } else if (const auto at = parse_rfc3339(text); at && *at > 0) {
        return opening{false, std::chrono::milliseconds{*at}};
    }
    return complaint{"'" + text +
                     "' is no time; write 2027-02-01T08:00:00Z, the same with a zone such as "
                     "+08:00, or +90s for so long from now"};
}

}  // namespace onsale::app
