#pragma once

#include "../audit.hpp"
#include "ledger_clock.hpp"
#include "tally.hpp"

#include <cstdint>
#include <optional>
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
    std::int64_t compared = 0;  ///< 'sold out' answers held against what the ledger had
    std::string not_compared;   ///< why they were not; empty: they were, or nobody got one
    std::vector<finding> findings;

    [[nodiscard]] bool is_clean() const { return findings.empty(); }
};

/// The stock as the crowd found it. If it is another one in the end, nobody can tell from the
/// records how many tickets there were at a moment in between.
struct stock_before {
    std::int64_t epoch = 0;
    std::int64_t total = 0;
    std::int64_t last = 0;

    /// Withdrawing changes the total, restocking creates numbers, a rebuild begins an epoch.
    [[nodiscard]] bool is_still(const law_counters& now) const noexcept {
        return epoch == now.at.epoch && total == now.total && last == now.last;
    }
};

/// What the ledger holds when all is over.
struct ledger_evidence {
    ledger_picture picture;
    audit_report audit;
    ledger_version end;                    ///< of the ledger, when the crowd had gone
    std::optional<stock_before> before{};  ///< nothing: it was not asked before
    ledger_clock clock{};
};

/// `ledger` may be nullptr: then only the answers are judged.
[[nodiscard]] rehearsal_verdict judge_rehearsal(const rehearsal_plan& plan, const tally& answers,
                                                const ledger_evidence* ledger);

}  // namespace onsale::app
