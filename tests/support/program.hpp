#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

// Programs that a test runs to their end.

namespace onsale::test {

struct program_result {
    int status = -1;
    std::string output;  ///< both streams
};

/// Throws if it has not ended within `patience`.
program_result run_program(const std::vector<std::string>& command,
                           std::chrono::milliseconds patience = std::chrono::seconds{60});

/// What a load generator counted.
struct load_report {
    std::int64_t complete = 0;
    std::int64_t failed = 0;   ///< no answer, or (ab without -l) one of another length
    std::int64_t non_2xx = 0;  ///< other statuses
    std::string output;
};

/// `ab`, with all of its arguments but the URL.
load_report run_ab(std::vector<std::string> arguments, const std::string& url);
/// `wrk`, the same.
load_report run_wrk(std::vector<std::string> arguments, const std::string& url);

[[nodiscard]] std::string ticket_url(std::uint16_t port);

/// A connection is a file: as many as the system lets us have.
void allow_many_connections();

}  // namespace onsale::test
