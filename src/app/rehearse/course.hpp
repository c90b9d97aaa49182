#pragma once

#include <cstdint>
#include <string>

// What a buyer of a rehearsal does after the purchase.

namespace onsale::app {

enum class course : std::uint8_t {
    abandon,   ///< nothing: the hold expires
    pay,       ///< at once
    pay_late,  ///< when the pay-by is over
    cancel,    ///< at once
    repeat,    ///< buys once more with the same key, pays, and pays once more with the same id
};

/// What share of the buyers takes which course; the rest abandons.
struct course_shares {
    double pay = 0;
    double late = 0;
    double cancel = 0;
    double repeat = 0;
};

/// Empty: they can be.
[[nodiscard]] std::string complaint_about(const course_shares& shares);

/// The same each time, and spread evenly: of the first few buyers, who get the tickets, the shares
/// are as they are of all.
[[nodiscard]] course course_of(const course_shares& shares, std::int64_t buyer);

/// Somebody pays, at some time.
[[nodiscard]] bool is_paid_for(const course_shares& shares);

}  // namespace onsale::app
