#include "course.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace onsale::app {

namespace {

using share = std::pair<course, double>;

std::array<share, 4> list_of(const course_shares& shares) {
    return {share{course::pay, shares.pay}, share{course::pay_late, shares.late},
            share{course::cancel, shares.cancel}, share{course::repeat, shares.repeat}};
}

}  // namespace

std::string complaint_about(const course_shares& shares) {
    constexpr double rounding = 1e-9;  // 0.7 + 0.2 + 0.1 is a little more than 1
    double sum = 0;
    for (const auto& [_, part] : list_of(shares)) {
        if (!(part >= 0)) return "a share of the buyers is a number from 0 to 1";
        sum += part;
    }
    if (sum <= 1 + rounding) return {};
    return "--pay, --late, --cancel and --repeat are shares of the buyers, at most 1 together";
}

course course_of(const course_shares& shares, std::int64_t buyer) {
    // Multiples of the golden ratio fill the unit interval evenly from the first one on.
    constexpr double golden = 0.6180339887498949;
    double whole = 0;
    auto place = std::modf(static_cast<double>(buyer) * golden, &whole);
    for (const auto& [chosen, part] : list_of(shares)) {
        if (place < part) return chosen;
        place -= part;
    }
    return course::abandon;
}

bool is_paid_for(const course_shares& shares) {
    return shares.pay + shares.late + shares.repeat > 0;
}

}  // namespace onsale::app
