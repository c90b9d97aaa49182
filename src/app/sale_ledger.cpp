#include "sale_ledger.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace onsale::app {

namespace {

using named_sale = std::pair<std::string, or_failure<redis::word_line>>;

or_failure<redis::word_line> to_word(const steady_session& ledger, std::string_view line) {
    auto word = redis::parse_word_line(line);
    if (!word) return ledger.not_understood();
    word->salt = {};
    return *word;
}

/// One call for as many sales as one poll may ask for.
or_failure<std::vector<named_sale>> read_some(steady_session& ledger,
                                              std::span<const std::string> sales) {
    steady_session::words keys;
    steady_session::words args{std::to_string(sales.size())};
    for (const auto& sale : sales) {
        keys.push_back(redis::sale_key(sale));
        args.insert(args.end(), {"0", "0"});
    }
    const auto answer = ledger.run(redis::ledger_script::read, keys, args);
    if (!answer) return answer.error();
    std::string_view lines{answer->text};
    std::vector<named_sale> read;
    for (const auto& sale : sales) {
        const auto line = cut(lines, '\n');
        const auto why = redis::parse_unreadable(line);
        if (why) {
            read.emplace_back(sale, failure{promise_broken,
                                            fmt::format("sale {} cannot be read: {}", sale, *why)});
        } else {
            read.emplace_back(sale, to_word(ledger, line));
        }
    }
    return read;
}

}  // namespace

std::vector<std::string> sale_keys(const std::string& sale) {
    return {redis::sale_key(sale),
            redis::sale_key(sale, "reservations"),
            redis::sale_key(sale, "buyers"),
            redis::sale_key(sale, "due"),
            redis::sale_key(sale, "free"),
            redis::sale_key(sale, "journal"),
            redis::sale_key(sale, "refunds"),
            redis::sale_key(sale, "letters")};
}

or_failure<changed> to_changed(const steady_session& ledger, const redis::reply& answer) {
    std::string_view text{answer.text};
    const auto verdict = cut(text, '\n');
    const auto word = to_word(ledger, text);
    if (!word) return word.error();
    return changed{std::string{verdict}, *word};
}

or_failure<redis::word_line> read_sale(steady_session& ledger, const std::string& sale) {
    const auto read = read_some(ledger, std::span{&sale, 1});
    if (!read) return read.error();
    return read->front().second;
}

or_failure<std::vector<named_sale>> read_all_sales(steady_session& ledger) {
    const auto members = ledger.command({"SMEMBERS", std::string{redis::sales_key}});
    if (!members) return members.error();
    std::vector<std::string> sales;
    for (const auto& member : members->list)
        sales.push_back(member.text);
    std::sort(sales.begin(), sales.end());
    std::vector<named_sale> all;
    for (std::span<const std::string> rest{sales}; !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), limits::poll_sales));
        const auto read = read_some(ledger, some);
        if (!read) return read.error();
        all.insert(all.end(), read->begin(), read->end());
        rest = rest.subspan(some.size());
    }
    return all;
}

or_failure<changed> open_sale(steady_session& ledger, const std::string& sale,
                              const sale_terms& terms, const std::string& operation) {
    const auto now = ledger_now(ledger);
    if (!now) return now.error();
    const auto opens = terms.opens.at(*now);
    if (opens > *now + limits::opens_ahead.count()) {
        return failure{wrong_use,
                       fmt::format("{} is more than ten years ahead", to_rfc3339(opens))};
    }
    const auto answer = ledger.run(
        redis::ledger_script::open,
        {redis::sale_key(sale), redis::sale_key(sale, "journal"), std::string{redis::sales_key}},
        {operation, sale, std::to_string(terms.total), std::to_string(terms.hold.count()),
         std::to_string(terms.limit), std::to_string(terms.price), std::to_string(opens),
         random_hex()});
    if (!answer) return answer.error();
    return to_changed(ledger, *answer);
}

or_failure<changed> adjust_sale(steady_session& ledger, const std::string& sale,
                                const std::string& change, std::int64_t amount,
                                const std::string& operation) {
    const auto held = read_sale(ledger, sale);
    if (!held) return held.error();
    const auto& at = held->says.at;
    const auto answer = ledger.run(redis::ledger_script::adjust, sale_keys(sale),
                                   {std::to_string(at.epoch), std::to_string(at.version), operation,
                                    change, std::to_string(amount)});
    if (!answer) return answer.error();
    return to_changed(ledger, *answer);
}

or_failure<ledger_ms> ledger_now(steady_session& ledger) {
    const auto time = ledger.command({"TIME"});
    if (!time) return time.error();
    if (time->list.size() != 2) return ledger.not_understood();
    const auto seconds = parse_integer(time->list[0].text);
    const auto microseconds = parse_integer(time->list[1].text);
    if (!seconds || !microseconds) return ledger.not_understood();
    return *seconds * 1'000 + *microseconds / 1'000;
}

std::string durability_gap(steady_session& ledger) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 5> wanted{{
        {"appendonly", "yes"},
        {"appendfsync", "always"},
        {"no-appendfsync-on-rewrite", "no"},
        {"aof-load-truncated", "no"},
        {"maxmemory-policy", "noeviction"},
    }};
    steady_session::words words{"CONFIG", "GET"};
    for (const auto& [name, value] : wanted)
        words.emplace_back(name);
    const auto answer = ledger.command(words);
    if (!answer) return "its durability cannot be checked: " + answer.error().sentence;
    const auto& list = answer->list;
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) {
        for (const auto& [name, value] : wanted) {
            if (list[i].text == name && list[i + 1].text != value) {
                return fmt::format("{} is {}, not {}", name, list[i + 1].text, value);
            }
        }
    }
    return {};
}

}  // namespace onsale::app
