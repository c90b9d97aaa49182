#pragma once

#include "nemesis/events.hpp"
#include "nemesis/findings.hpp"
#include "nemesis/history.hpp"
#include "nemesis/sale_story.hpp"

#include <string>
#include <vector>

namespace onsale::nemesis {

/// When a node, or the whole machine, could not have answered: time that P12 does not count.
struct stopped_time {
    int node = by_nginx;  ///< by_nginx: every node
    time_point from;
    time_point until;
};

/// From the first fault of a window until all was well again, by the ledger's clock, which is the
/// system's.
struct troubled_time {
    std::int64_t from_ms = 0;
    std::int64_t until_ms = 0;
};

/// What the checker has to know besides what was asked and told.
struct circumstances {
    std::string sale;
    std::string salt;
    std::int64_t limit = 0;
    std::vector<stopped_time> stopped;
    std::vector<troubled_time> troubled;
    bool times = true;  ///< also checks how long things took
};

/// Holds every answer of `asked` against the journal's story.
void check_answers(const history& asked, const sale_story& story, const circumstances& of,
                   findings& found, event_counts& reached);

/// P2: tickets of a hold come back soon after its pay-by; trouble in between is not counted.
void check_ends(const sale_story& story, const circumstances& of, findings& found);

/// What `is` says when all is over and every hold has had its time: `digits RECORD` of the ledger,
/// against the story.
void check_ledger(const std::vector<std::pair<std::string, std::string>>& records,
                  const sale_story& story, findings& found);

/// The last of an order, as its row has it.
struct order_row {
    std::string reservation;  ///< the whole id
    std::string buyer;
    std::string state;
    std::int64_t quantity = 0;
    std::string tickets;
};

void check_orders(const std::vector<order_row>& rows, const sale_story& story, findings& found);

}  // namespace onsale::nemesis
