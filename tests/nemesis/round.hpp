#pragma once

#include "nemesis/faults.hpp"
#include "nemesis/lost_ledger.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace onsale::nemesis {

/// How a round is played.
struct round_plan {
    cast with;
    std::uint64_t seed = 0;
    milliseconds lasts{30'000};  ///< of faults and the calm between them
    int buyers = 16;
    bool times = true;                   ///< also checks how long things take
    std::optional<loss> loses_ledger{};  ///< at its end, in an episode of its own
    std::filesystem::path traces{};      ///< where logs are kept if a promise did not hold; or none
};

/// What has come of all rounds so far.
struct outcome_of_rounds {
    findings found;
    event_counts reached;
    fault_counts injected;
    std::int64_t rounds = 0;
    std::int64_t requests = 0;
    std::int64_t purchases = 0;
    std::int64_t tickets = 0;   ///< told to buyers
    std::int64_t versions = 0;  ///< of the ledgers
    std::int64_t process_kills = 0;
    std::int64_t slowest_ms = 0;  ///< of an answer straight from a node
};

/// Says what is going on, a line at a time; with what this round has sold so far.
using tell = std::function<void(const std::string&, std::int64_t purchases, std::int64_t tickets)>;

/// A whole system from its start to its end: calm and faults by turns, then peace, a drain that
/// buys every ticket left, and the checker. The order of faults is that of `deck`, from which it
/// takes those that it has come to.
void play_round(const round_plan& plan, const std::vector<fault>& faults,
                std::vector<std::size_t>& deck, outcome_of_rounds& into, const tell& say);

}  // namespace onsale::nemesis
