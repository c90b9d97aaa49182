#pragma once

#include "judge.hpp"

// Whether "sold out" was true (P5), by what the ledger had.

namespace onsale::app {

/// Holds every buyer who was told "sold out" against the stock at that time: at some moment between
/// `limits::word_age` before the request was sent and the answer, nothing was left. Of the two
/// clocks that meet here, what is not known is granted to the servers.
void check_sold_out(const rehearsal_plan& plan, const tally& answers, const ledger_evidence& ledger,
                    rehearsal_verdict& into);

}  // namespace onsale::app
