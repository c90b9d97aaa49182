#include "rebuild_ledger.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/redis/keys.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

namespace onsale::app {

namespace {

using words = steady_session::words;

/// KEYS of lua/rebuild.lua.
words keys_of(const std::string& sale) {
    auto keys = sale_keys(sale);
    keys.emplace_back(redis::sales_key);
    keys.push_back(redis::sale_key(sale, "draft"));
    for (const auto* part : {"reservations", "buyers", "due", "free", "refunds", "lapsed"}) {
        keys.push_back(redis::sale_key(sale, std::string{"draft:"} + part));
    }
    return keys;
}

/// Every step is safe to be sent again, which the conversation does by itself.
class drafter {
  public:
    drafter(steady_session& ledger, const std::string& sale, std::int64_t epoch,
            ledger_version seen, const rebuilt_sale& rebuilt)
        : ledger_{ledger},
          sale_{sale},
          begin_{std::to_string(epoch), std::to_string(seen.epoch), std::to_string(seen.version)},
          rebuilt_{rebuilt},
          keys_{keys_of(sale)} {}

    [[nodiscard]] or_failure<changed> write() {
        auto last = step({"begin"});
        for (const auto& [part, entries] : {std::pair{"reservations", &rebuilt_.reservations},
                                            {"buyers", &rebuilt_.buyers},
                                            {"due", &rebuilt_.due},
                                            {"refunds", &rebuilt_.refunds}}) {
            if (went_well(last)) last = add_pairs(part, *entries);
        }
        if (went_well(last)) last = add_free();
        for (std::size_t i = 0; i < rebuilt_.lapsed.size() && went_well(last); ++i)
            last = step({"add", "lapsed", std::to_string(i), rebuilt_.lapsed[i]});
        return went_well(last) ? finish() : last;
    }

  private:
    static bool went_well(const or_failure<changed>& result) {
        return result && result->verdict == "done";
    }

    [[nodiscard]] or_failure<changed> step(words args) {
        args.insert(args.begin(), begin_.begin(), begin_.end());
        const auto answer = ledger_.run(redis::ledger_script::rebuild, keys_, args);
        if (!answer) return answer.error();
        return to_changed(ledger_, *answer);
    }

    [[nodiscard]] or_failure<changed> add_pairs(const std::string& part,
                                                const std::vector<rebuilt_sale::entry>& entries) {
        or_failure<changed> last = changed{.verdict = "done", .now = {}};
        for (std::size_t from = 0; from < entries.size() && went_well(last);) {
            const auto to = std::min(entries.size(), from + limits::rebuild_piece);
            words args{"add", part, std::to_string(from)};
            for (; from < to; ++from) {
                args.push_back(entries[from].first);
                args.push_back(entries[from].second);
            }
            last = step(std::move(args));
            tell(part, from);
        }
        return last;
    }

    [[nodiscard]] or_failure<changed> add_free() {
        or_failure<changed> last = changed{.verdict = "done", .now = {}};
        std::size_t sent = 0;
        words args;
        const auto send = [&] {
            args.insert(args.begin(), {"add", "free", std::to_string(sent)});
            sent += args.size() - 3;
            last = step(std::exchange(args, {}));
            tell("free", sent);
        };
        for (const auto& range : rebuilt_.free.ranges()) {
            for (auto number = range.first; number <= range.last; ++number) {
                args.push_back(std::to_string(number));
                if (args.size() < limits::rebuild_piece) continue;
                send();
                if (!went_well(last)) return last;
            }
        }
        if (!args.empty()) send();
        return last;
    }

    [[nodiscard]] or_failure<changed> finish() {
        const auto count = [](const auto& entries) { return std::to_string(entries.size()); };
        const auto& terms = rebuilt_.terms;
        words args{"finish",
                   sale_,
                   count(rebuilt_.reservations),
                   count(rebuilt_.buyers),
                   count(rebuilt_.due),
                   count(rebuilt_.free),
                   count(rebuilt_.refunds),
                   count(rebuilt_.lapsed)};
        const auto add = [&](const char* field, const std::string& value) {
            args.emplace_back(field);
            args.push_back(value);
        };
        const auto add_number = [&](const char* field, std::int64_t value) {
            add(field, std::to_string(value));
        };
        add("state", terms.state == sale_state::closed ? "closed" : "paused");
        add_number("total", rebuilt_.total);
        add_number("last", rebuilt_.last);
        add_number("next", rebuilt_.next);
        add_number("sold", rebuilt_.sold);
        add_number("paid", rebuilt_.paid);
        add_number("owed", rebuilt_.owed);
        add_number("hold_ms", terms.hold_ms);
        add_number("limit", terms.limit);
        add_number("price", terms.price);
        add_number("opens_ms", terms.opens);
        add("salt", terms.salt);
        add_number("withheld", rebuilt_.withheld.size());
        add("withheld_tickets", rebuilt_.withheld.list());
        add("withdrawn", rebuilt_.vanished.list());
        const auto& from = rebuilt_.from;
        add("from", std::to_string(from.epoch) + "-" + std::to_string(from.version));
        return step(std::move(args));
    }

    void tell(const std::string& part, std::size_t written) {
        if (monotonic::now() < tell_) return;
        std::fprintf(stderr, "onsale: %zu of %s are written\n", written, part.c_str());
        tell_ = monotonic::now() + limits::operator_tells;
    }

    steady_session& ledger_;
    const std::string& sale_;
    const words begin_;  // of each step's arguments
    const rebuilt_sale& rebuilt_;
    words keys_;
    time_point tell_ = monotonic::now() + limits::operator_tells;
};

}  // namespace

or_failure<changed> write_rebuilt(steady_session& ledger, const std::string& sale,
                                  std::int64_t epoch, ledger_version seen,
                                  const rebuilt_sale& rebuilt) {
    return drafter{ledger, sale, epoch, seen, rebuilt}.write();
}

}  // namespace onsale::app
