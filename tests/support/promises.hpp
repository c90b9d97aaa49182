#pragma once

#include "support/crowd.hpp"
#include "support/ledger_client.hpp"

#include <string>
#include <vector>

namespace onsale::test {

/// What a sale's buyers could come to hear besides the law.
struct expectation {
    bool whole_crowd = true;  ///< every reservation of the sale is one of this crowd's
    bool no_returns = true;   ///< no ticket came back: sold out once is sold out for ever
};

/// Compares all that a crowd was told with what the ledger holds once nobody changes it any more:
/// the law (P1), every acknowledged ticket is there (P3) and its buyer's (P9), one key bought at
/// most once (P4), "sold out" was true when it was said (P5), and no ticket is held for somebody
/// who was told for good that there is none (P2). Empty: all of it holds.
[[nodiscard]] std::vector<std::string> broken_promises(const crowd& asked, ledger_client& ledger,
                                                       expectation expected = {});

}  // namespace onsale::test
