#pragma once

#include "nemesis/round.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace onsale::nemesis {

/// Tables of all that was counted, and what was found.
void print_report(const outcome_of_rounds& of, const std::vector<fault>& faults);

/// The same, as one JSON object, in `file`.
void write_json(const outcome_of_rounds& of, const std::vector<fault>& faults, std::uint64_t seed,
                const std::string& file);

/// The faults that were never injected though they can be, and the events that never came.
[[nodiscard]] std::vector<std::string> not_reached_by(const outcome_of_rounds& of,
                                                      const std::vector<fault>& faults);

}  // namespace onsale::nemesis
