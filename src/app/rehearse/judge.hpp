#pragma once

#include "../audit.hpp"
#include "tally.hpp"

#include <cstdint>
#include <string>
#include <vector>

// The verdict of a rehearsal, from what the buyers were told and what the ledger holds. Knows
// neither HTTP nor Redis.

namespace onsale::app {

/// Something that must not be.
struct finding {
    std::string what;  ///< e.g. `2 tickets were sold to more than one buyer`
    std::int64_t count = 0;
    std::vector<std::string> examples;  ///< at most `limits::rehearsal_examples`
};

struct rehearsal_verdict {
    std::int64_t unanswered = 0;  ///< buyers who do not know, whether they asked or not
    std::int64_t tickets = 0;     ///< different ones, among the winners
    std::int64_t lowest = 0;
    std::int64_t highest = 0;
    std::vector<finding> findings;

    [[nodiscard]] bool is_clean() const { return findings.empty(); }
};

/// What the ledger holds when all is over.
struct ledger_evidence {
    ledger_picture picture;
    audit_report audit;
};

/// `ledger` may be nullptr: then only the answers are judged.
[[nodiscard]] rehearsal_verdict judge_rehearsal(const rehearsal_plan& plan, const tally& answers,
                                                const ledger_evidence* ledger);

}  // namespace onsale::app
