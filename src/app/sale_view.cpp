#include "sale_view.hpp"

#include "when.hpp"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <string_view>
#include <utility>

namespace onsale::app {

namespace {

std::string hold_text(const redis::word_line& line) {
    return duration_text(std::chrono::milliseconds{line.hold_ms});
}

/// A sale that is open by its state may not have begun.
std::string state_text(const redis::word_line& line) {
    const auto& says = line.says;
    if (says.state == sale_state::open && says.opens > says.now) {
        return "open from " + to_rfc3339(says.opens);
    }
    return std::string{name_of(says.state)};
}

std::string withheld_text(const redis::word_line& line) {
    if (line.withheld == 0) return {};
    return fmt::format("  withheld   {} tickets since the rebuild, until they are released\n",
                       line.withheld);
}

}  // namespace

boost::json::object sale_object(const std::string& sale, const redis::word_line& line) {
    const auto& says = line.says;
    return {{"sale", sale},
            {"state", name_of(says.state)},
            {"total", says.total},
            {"sold", says.sold},
            {"held", says.held()},
            {"paid", says.paid},
            {"remaining", says.remaining()},
            {"epoch", says.at.epoch},
            {"version", says.at.version},
            {"ordered_version", says.ordered.version},
            {"dead_letters", says.letters},
            {"opens", to_rfc3339(says.opens)},
            {"as_of", to_rfc3339(says.now)},
            {"hold", hold_text(line)},
            {"limit", line.limit},
            {"price", line.price},
            {"last", says.last},
            {"withheld", line.withheld}};
}

std::string sale_text(const std::string& sale, const redis::word_line& line) {
    const auto& says = line.says;
    return fmt::format(
        "{}: {}\n"
        "  tickets    {} of {} left; {} held, {} paid\n"
        "  terms      hold {}, {}, price {}\n"
        "  opens      {}\n"
        "{}"
        "  ledger     epoch {}, version {}, as of {}\n",
        sale, state_text(line), says.remaining(), says.total, says.held(), says.paid,
        hold_text(line),
        line.limit == 0 ? "no limit" : fmt::format("at most {} a buyer", line.limit), line.price,
        to_rfc3339(says.opens), withheld_text(line), says.at.epoch, says.at.version,
        to_rfc3339(says.now));
}

std::string sale_row(const std::string& sale, const redis::word_line* line) {
    constexpr const char* row = "{:<24} {:>10} {:>10} {:>10} {:>10}  {}\n";
    if (line == nullptr) {
        return fmt::format(row, "SALE", "TOTAL", "REMAINING", "HELD", "PAID", "STATE");
    }
    const auto& says = line->says;
    return fmt::format(row, sale, says.total, says.remaining(), says.held(), says.paid,
                       state_text(*line));
}

std::string refusal_sentence(const std::string& verdict, const std::string& sale,
                             const redis::word_line& line) {
    const auto& says = line.says;
    if (verdict == "exists") {
        return fmt::format(
            "there is a sale {} already; a sale is opened once: choose another id, "
            "or change it with 'onsale sale restock {}'",
            sale, sale);
    }
    if (verdict == "removed") {
        return fmt::format("the sale {} was removed, and its id is not used again: choose another",
                           sale);
    }
    if (verdict == "missing") {
        return fmt::format("there is no sale {}; 'onsale sale list' shows those that are", sale);
    }
    if (verdict == "frozen") {
        return fmt::format(
            "the sale {} is frozen: the ledger lost changes that were acknowledged; "
            "nothing is sold or changed until 'onsale sale rebuild {}'",
            sale, sale);
    }
    if (verdict == "not_broken") {
        return fmt::format(
            "the sale {} is {}: its ledger is neither lost nor frozen, and there is nothing to "
            "rebuild",
            sale, name_of(says.state));
    }
    if (verdict == "outrun" || verdict == "torn") {
        return fmt::format(
            "somebody else rebuilds the sale {} at the same time; look what came "
            "of it: 'onsale sale status {}'",
            sale, sale);
    }
    if (verdict == "moved") {
        return fmt::format(
            "another ledger of the sale {} came back meanwhile, with changes that the orders do "
            "not know: 'onsale sale rebuild {}' again reads them first",
            sale, sale);
    }
    if (verdict == "closed") {
        return fmt::format("the sale {} is {}, and stays so: open another one", sale,
                           name_of(says.state));
    }
    if (verdict == "below_total") {
        return fmt::format(
            "the sale {} has {} tickets already, more than that; to take unsold ones "
            "away: 'onsale sale withdraw {} --by N'",
            sale, says.total, sale);
    }
    if (verdict == "too_few") {
        return fmt::format("the sale {} has only {} unsold tickets; withdraw at most so many", sale,
                           says.remaining());
    }
    if (verdict == "too_many") {
        return fmt::format(
            "the sale {} has created {} tickets; a sale can create at most "
            "1000000000 in its life",
            sale, says.last);
    }
    if (verdict == "not_closed") {
        return fmt::format(
            "the sale {} is {}; only a closed one is removed: 'onsale sale close {}'", sale,
            name_of(says.state), sale);
    }
    if (verdict == "held") {
        return fmt::format(
            "{} tickets of the sale {} are held and may still be paid; they expire by themselves, "
            "or 'onsale reservation cancel' ends them",
            says.held(), sale);
    }
    if (verdict == "refund_due") {
        return fmt::format(
            "money is owed to buyers of the sale {}: 'onsale reservation list --refund-due' shows "
            "to whom",
            sale);
    }
    if (verdict == "dead_letters") {
        return fmt::format(
            "{} reservations of the sale {} could not become order rows: see "
            "dead_letters in the order database",
            says.letters, sale);
    }
    if (verdict == "not_ordered") {
        return fmt::format(
            "the orders of the sale {} have followed up to version {} of {}; is 'onsale orders' "
            "running?",
            sale, says.ordered.version, says.at.version);
    }
    if (verdict == "operation_reused") {
        return "this operation id was used for another command; leave --operation away to get a "
               "new one";
    }
    return {};
}

}  // namespace onsale::app
