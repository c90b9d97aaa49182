#pragma once

#include "judge.hpp"

#include <boost/json/object.hpp>

#include <string>

// How a rehearsal looks, to people and to programs.

namespace onsale::app {

struct rehearsal_report {
    const rehearsal_plan& plan;
    const tally& answers;
    const ledger_evidence* ledger;  ///< nullptr: it was not asked
    const rehearsal_verdict& verdict;
    percentiles latency;
    std::chrono::duration<double> took;
    std::int64_t most_waiting;  ///< see `crowd::most_waiting`
};

[[nodiscard]] boost::json::object rehearsal_object(const rehearsal_report& report);

[[nodiscard]] std::string rehearsal_text(const rehearsal_report& report);

}  // namespace onsale::app
