#include "support/command_stats.hpp"

#include "onsale/core/text.hpp"

namespace onsale::test {

std::map<std::string, std::int64_t> command_counts(ledger_client& ledger) {
    constexpr std::string_view prefix = "cmdstat_";
    const auto info = ledger.command({"INFO", "commandstats"}).text;
    std::map<std::string, std::int64_t> counts;
    for (std::string_view rest = info; !rest.empty();) {
        auto line = cut(rest, '\n');
        if (!line.starts_with(prefix)) continue;
        line.remove_prefix(prefix.size());
        const std::string name{cut(line, ':')};
        cut(line, '=');  // calls=
        counts[name] = parse_integer(cut(line, ',')).value_or(0);
    }
    return counts;
}

void reset_command_counts(ledger_client& ledger) {
    ledger.command({"CONFIG", "RESETSTAT"});
}

}  // namespace onsale::test
