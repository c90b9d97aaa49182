#pragma once

#include "../target.hpp"
#include "course.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What a rehearsal does: who buys what, where, and for how long.

namespace onsale::app {

/// Which of the two calls of design §6 buys.
enum class buying_call : std::uint8_t { ticket, v1 };

/// What is asked of a server.
enum class request_kind : std::uint8_t { purchase, payment, cancellation };

struct rehearsal_plan {
    std::vector<target> targets;  ///< connection i starts at target i, and moves on when it breaks
    std::string sale = "demo";
    std::string run;  ///< the front of this run's buyers and keys: nobody else has it
    std::int64_t buyers = 1'000'000;
    std::int64_t connections = 200;
    double rate = 0;            ///< arrivals per second; 0: whenever a connection is free
    bool one_shot = false;      ///< a connection of its own for every request, as `ab` does
    std::uint32_t sources = 1;  ///< addresses of this machine that connections come from
    buying_call call = buying_call::ticket;
    bool wait_for_opening = false;  ///< a buyer who hears "not open yet" asks again
    course_shares courses;
    std::int64_t price = 0;  ///< of a ticket
    std::string secret;      ///< the payment side's
    std::chrono::milliseconds duration_limit{};
    std::string output;  ///< file for every answer, a JSON object a line; empty: none
    std::string chart;   ///< file for a picture of the run (SVG); empty: none
};

/// `RUN-NUMBER`, which is both the buyer's name and the key of the purchase.
void append_buyer(std::string& text, std::string_view run, std::int64_t number);

/// The number of one of this run's buyers; -1: not one of them.
[[nodiscard]] std::int64_t buyer_number(std::string_view run, std::string_view name);

/// Writes the request by which `number` buys one ticket.
void write_request(std::string& text, const rehearsal_plan& plan, const target& to,
                   std::int64_t number);

/// Writes the request by which `number` pays for `reservation`, signed at `now`, in seconds since
/// 1970. The buyer's name is the payment's id.
void write_payment(std::string& text, const rehearsal_plan& plan, const target& to,
                   std::int64_t number, std::string_view reservation, std::int64_t now);

/// Writes the request that cancels `reservation`.
void write_cancellation(std::string& text, const rehearsal_plan& plan, const target& to,
                        std::string_view reservation);

}  // namespace onsale::app
