#pragma once

#include "strategy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

// The one crowd that every strategy meets.

namespace onsale::bench {

struct rush_plan {
    std::int64_t tickets = 2'000;
    std::int64_t buyers = 6'000;
    std::size_t threads = 64;
    double abandon = 0.3;  ///< share of the buyers who never pay
    double late = 0.1;     ///< share of those who pay when their time is over; the rest pay in time
    std::chrono::milliseconds hold{3'000};
    std::uint64_t seed = 1;
};

struct rush_result {
    std::string name;
    std::int64_t orders = 0;  ///< buyers of the rush who were told "it is yours, please pay"
    double orders_per_second = 0;
    double p50_ms = 0;  ///< of those answers
    double p99_ms = 0;
    std::int64_t paid = 0;                    ///< tickets, by the books, as all that follows
    std::int64_t oversold = 0;                ///< tickets that a second buyer has as well
    std::int64_t undersold = 0;               ///< nobody has paid for them, nobody can buy them
    std::int64_t charged_without_ticket = 0;  ///< buyers; not those of `refunds_due`
    std::int64_t refunds_due = 0;  ///< buyers who paid late, in vain, and are owed it by the books
};

/// First everybody orders; a rush is over before the first card number is typed in. Then those who
/// pay in time do, and when the holds are over others come and buy what is to be had. Those who pay
/// late come last. Progress goes to standard error.
[[nodiscard]] rush_result run_rush(strategy& shop, const rush_plan& plan);

}  // namespace onsale::bench
