#include "batch_reply.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <array>

namespace onsale::redis {

namespace {

/// Design §4, L18.
constexpr std::array<std::string_view, 14> proofs{
    "NOSCRIPT", "LOADING", "BUSY ",       "READONLY",   "MISCONF",    "OOM ",    "NOAUTH",
    "NOPERM",   "MOVED",   "CLUSTERDOWN", "MASTERDOWN", "NOREPLICAS", "FORMAT ", "DAMAGED ",
};

constexpr std::array refusals{
    outcome::key_reused,    outcome::frozen,  outcome::missing,
    outcome::closed,        outcome::paused,  outcome::not_open,
    outcome::sold_out,      outcome::too_few, outcome::too_many_reservations,
    outcome::limit_reached,
};

/// A record with as many tickets as it says: whoever is told of it is told their numbers.
std::optional<reservation> parse_sound(std::string_view digits, std::string_view record) noexcept {
    const auto one = parse_record(digits, record);
    if (!one) return std::nullopt;
    auto missing =
        is_live(one->state) ? one->quantity : 0;  // below 0, and it stays there: too many
    const bool is_list =
        for_each_range(one->tickets, [&](std::int64_t first, std::int64_t last) noexcept {
            missing = missing - std::min(last - first, missing) - 1;
        });
    return is_list && missing == 0 ? one : std::nullopt;
}

bool cut_prefix(std::string_view& line, std::string_view prefix) noexcept {
    if (!line.starts_with(prefix)) return false;
    line.remove_prefix(prefix.size());
    return true;
}

}  // namespace

bool proves_not_run(std::string_view error) noexcept {
    return std::any_of(proofs.begin(), proofs.end(),
                       [&](std::string_view proof) { return error.starts_with(proof); });
}

bool says_nothing_taken(std::string_view line) noexcept {
    return line == "uncounted";
}

std::optional<reserved_line> parse_reserved(std::string_view digits,
                                            std::string_view line) noexcept {
    const bool is_known = cut_prefix(line, "known ");
    if (const auto record = parse_sound(digits, line)) {
        return reserved_line{is_known ? outcome::repeated : outcome::sold, record};
    }
    if (is_known) return std::nullopt;
    for (const auto one : refusals) {
        if (name_of(one) == line) return reserved_line{one, std::nullopt};
    }
    return std::nullopt;
}

std::optional<looked_up_line> parse_looked_up(std::string_view digits,
                                              std::string_view line) noexcept {
    if (line == "-") return looked_up_line{};
    const bool has_letter = cut_prefix(line, "letter ");
    auto record = parse_sound(digits, line);
    if (!record) return std::nullopt;
    record->has_letter = has_letter;
    return looked_up_line{record};
}

std::optional<settled_line> parse_settled(std::string_view digits, std::string_view successor,
                                          std::string_view line) noexcept {
    const auto what = parse_settle_result(cut(line, ' '));
    if (!what) return std::nullopt;
    const bool has_no_record = *what == settle_result::unknown || *what == settle_result::frozen ||
                               *what == settle_result::missing;
    if (has_no_record) {
        if (!line.empty()) return std::nullopt;
        return settled_line{*what, std::nullopt};
    }
    const bool is_successor = *what == settle_result::rebought;
    if (is_successor && cut(line, ' ') != successor) return std::nullopt;
    const auto record = parse_sound(is_successor ? successor : digits, line);
    if (!record) return std::nullopt;
    return settled_line{*what, record};
}

}  // namespace onsale::redis
