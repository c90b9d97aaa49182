#include "audit_reader.hpp"

#include "sale_ledger.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <cstdio>
#include <optional>
#include <thread>

namespace onsale::app {

namespace {

using redis::reply;

std::int64_t number_of(const reply& field) {
    return field.is == reply::kind::integer ? field.integer
                                            : parse_integer(field.text).value_or(-1);
}

ledger_version version_of(std::string_view text) {
    const auto epoch = parse_integer(cut(text, '-'));
    return {epoch.value_or(0), parse_integer(text).value_or(0)};
}

/// `last-generated-id` of XINFO STREAM: unlike the last entry, it outlives trimming.
ledger_version journal_end(const reply& stream) {
    for (std::size_t i = 0; i + 1 < stream.list.size(); i += 2) {
        if (stream.list[i].text == "last-generated-id") return version_of(stream.list[i + 1].text);
    }
    return {};
}

or_failure<law_counters> read_counters(steady_session& ledger, const std::string& sale) {
    const auto key = [&](const char* part) { return redis::sale_key(sale, part); };
    const auto read = ledger.together({
        {"HMGET", redis::sale_key(sale), "format", "state", "epoch", "version", "total", "sold",
         "paid", "last", "next"},
        {"LLEN", key("free")},
        {"HLEN", key("reservations")},
        {"HLEN", key("buyers")},
        {"ZCARD", key("due")},
        {"HLEN", key("refunds")},
        {"XINFO", "STREAM", key("journal")},
    });
    if (!read) return read.error();
    const auto& hash = (*read)[0].list;
    if (hash.size() != 9 || hash[0].is == reply::kind::nothing) return law_counters{};
    if (hash[0].text != "1") {
        return failure{not_reachable,
                       fmt::format("the sale {} is written in format {}, this onsale "
                                   "knows format 1",
                                   sale, hash[0].text)};
    }
    if (parse_state(hash[1].text) == sale_state::removed) {
        return failure{wrong_use, fmt::format("the sale {} was removed: its reservations are in "
                                              "the order database only",
                                              sale)};
    }
    return law_counters{.at = {number_of(hash[2]), number_of(hash[3])},
                        .state = parse_state(hash[1].text),
                        .total = number_of(hash[4]),
                        .sold = number_of(hash[5]),
                        .paid = number_of(hash[6]),
                        .last = number_of(hash[7]),
                        .next = number_of(hash[8]),
                        .journal = journal_end((*read)[6]),
                        .free_numbers = number_of((*read)[1]),
                        .reservations = number_of((*read)[2]),
                        .buyers = number_of((*read)[3]),
                        .due = number_of((*read)[4]),
                        .refunds = number_of((*read)[5])};
}

/// Tells how far a long reading is.
class progress {
  public:
    explicit progress(const law_counters& c)
        : all_{c.reservations + c.buyers + c.due + c.free_numbers} {}

    void add(std::size_t entries) {
        read_ += static_cast<std::int64_t>(entries);
        if (monotonic::now() < tell_) return;
        std::fprintf(stderr, "onsale: %lld of %lld entries read\n", static_cast<long long>(read_),
                     static_cast<long long>(all_));
        tell_ = monotonic::now() + limits::operator_tells;
    }

  private:
    std::int64_t all_;
    std::int64_t read_ = 0;
    time_point tell_ = monotonic::now() + limits::operator_tells;
};

using nothing_wrong = std::optional<failure>;

/// Calls `take(name, value)` for every pair of a hash or a sorted set.
template <class Take>
nothing_wrong scan(steady_session& ledger, const char* command, const std::string& key,
                   progress& told, Take take) {
    const auto count = std::to_string(limits::audit_piece);
    std::string cursor = "0";
    do {
        const auto read = ledger.command({command, key, cursor, "COUNT", count});
        if (!read) return read.error();
        if (read->list.size() != 2) {
            return failure{not_reachable,
                           fmt::format("{} gave no answer to {}", ledger.name(), command)};
        }
        cursor = read->list[0].text;
        const auto& pairs = read->list[1].list;
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
            take(pairs[i].text, pairs[i + 1].text);
        told.add(pairs.size() / 2);
    } while (cursor != "0");
    return {};
}

nothing_wrong read_reservations(steady_session& ledger, const std::string& sale, progress& told,
                                ledger_picture& picture) {
    return scan(ledger, "HSCAN", redis::sale_key(sale, "reservations"), told,
                [&](std::string_view id, std::string_view text) {
                    const auto digits = picture.texts.keep(id);
                    const auto record = picture.texts.keep(text);
                    if (const auto one = parse_record(digits, record)) {
                        picture.reservations.push_back(*one);
                    } else {
                        picture.unreadable.emplace_back(digits, record);
                    }
                });
}

nothing_wrong read_buyers(steady_session& ledger, const std::string& sale, progress& told,
                          ledger_picture& picture) {
    return scan(ledger, "HSCAN", redis::sale_key(sale, "buyers"), told,
                [&](std::string_view buyer, std::string_view text) {
                    const auto live = parse_integer(cut(text, ':'));
                    const auto ever = parse_integer(text);
                    const bool good = live && ever;
                    picture.buyers.push_back(
                        {picture.texts.keep(buyer), good ? *live : -1, good ? *ever : -1});
                });
}

nothing_wrong read_due(steady_session& ledger, const std::string& sale, progress& told,
                       ledger_picture& picture) {
    return scan(ledger, "ZSCAN", redis::sale_key(sale, "due"), told,
                [&](std::string_view ids, std::string_view score) {
                    const auto pay_by = parse_integer(score).value_or(-1);
                    for (ids = picture.texts.keep(ids); !ids.empty();) {
                        const auto digits = ids.substr(0, limits::id_digits);
                        picture.due.push_back({digits, pay_by});
                        ids.remove_prefix(digits.size());
                    }
                });
}

nothing_wrong read_free_numbers(steady_session& ledger, const std::string& sale, progress& told,
                                ledger_picture& picture) {
    const auto key = redis::sale_key(sale, "free");
    for (std::int64_t from = 0;;) {
        const auto to = from + static_cast<std::int64_t>(limits::audit_piece) - 1;
        const auto read = ledger.command({"LRANGE", key, std::to_string(from), std::to_string(to)});
        if (!read) return read.error();
        if (read->list.empty()) return {};
        for (const auto& number : read->list)
            picture.free_numbers.push_back(number_of(number));
        told.add(read->list.size());
        from = to + 1;
    }
}

nothing_wrong read_refunds(steady_session& ledger, const std::string& sale, progress& told,
                           ledger_picture& picture) {
    return scan(ledger, "HSCAN", redis::sale_key(sale, "refunds"), told,
                [&](std::string_view digits, std::string_view text) {
                    const auto id = picture.texts.keep(digits);
                    for (auto rest = picture.texts.keep(text); !rest.empty();) {
                        auto entry = cut(rest, ';');
                        orders::ordered_refund one;
                        one.digits = id;
                        one.payment = cut(entry, ' ');
                        one.amount = parse_integer(cut(entry, ' ')).value_or(-1);
                        one.state = cut(entry, ' ');
                        one.reason = cut(entry, ' ');
                        one.since = parse_integer(cut(entry, ' ')).value_or(-1);
                        one.done = parse_integer(entry).value_or(-1);
                        picture.refunds.push_back(one);
                    }
                });
}

/// As many entries as were counted.
bool is_whole(const ledger_picture& picture) {
    const auto& c = picture.counters;
    const auto is = [](std::int64_t counted, std::size_t read) {
        return counted == static_cast<std::int64_t>(read);
    };
    return is(c.reservations, picture.reservations.size() + picture.unreadable.size()) &&
           is(c.buyers, picture.buyers.size()) && is(c.free_numbers, picture.free_numbers.size());
}

orders_evidence without_orders(std::string why) {
    orders_evidence none;
    none.note = std::move(why);
    return none;
}

failure no_such_sale(const std::string& sale) {
    return {wrong_use,
            fmt::format("there is no sale {}; 'onsale sale list' shows those that are", sale)};
}

}  // namespace

or_failure<ledger_picture> read_picture(steady_session& ledger, const std::string& sale) {
    const auto first = read_counters(ledger, sale);
    if (!first) return first.error();
    ledger_picture picture;
    picture.reservations.reserve(static_cast<std::size_t>(first->reservations));
    progress told{*first};
    for (const auto step :
         {&read_reservations, &read_buyers, &read_due, &read_refunds, &read_free_numbers}) {
        if (const auto wrong = step(ledger, sale, told, picture)) return *wrong;
    }
    const auto last = read_counters(ledger, sale);
    if (!last) return last.error();
    picture.counters = *last;
    picture.settle();
    picture.exact = first->at == last->at && is_whole(picture);
    return picture;
}

or_failure<orders_evidence> read_orders(steady_session& ledger, const ledger_options& options,
                                        const std::string& sale) {
    const auto database = options.orders();
    if (!database) return failure{wrong_use, database.error().sentence};
    if (!*database) return without_orders("--orders none");
    const auto word = read_sale(ledger, sale);
    if (!word) return word.error();
    const auto ordered = word->says.ordered;
    // A rebuilt sale has orders: it was made of them.
    const bool is_fresh = ordered == ledger_version{} && word->says.at.epoch <= 1;
    auto snapshot = orders::read_snapshot(**database, sale);
    if (!snapshot && is_fresh) return without_orders(snapshot.error().sentence);
    if (!snapshot) {
        return failure{not_reachable, fmt::format("{}\n'--orders none' leaves the orders out",
                                                  snapshot.error().sentence)};
    }
    if (!snapshot->is_followed && is_fresh) {
        return without_orders(
            fmt::format("no order writer has followed the sale to {}", (*database)->name));
    }
    return orders_evidence{.orders = std::move(*snapshot), .ordered = ordered, .note = {}};
}

or_failure<ledger_picture> read_still_picture(steady_session& ledger, const std::string& sale) {
    for (int attempt = 1;; ++attempt) {
        auto picture = read_picture(ledger, sale);
        if (!picture || picture->exact || attempt == limits::audit_attempts) return picture;
        std::this_thread::sleep_for(limits::operator_pause);
    }
}

or_failure<audit_report> audit_sale(steady_session& ledger, const std::string& sale,
                                    const orders_evidence& beside) {
    const auto* orders = beside.orders ? &*beside.orders : nullptr;
    std::optional<audit_report> report;
    for (int attempt = 0; attempt < limits::audit_attempts; ++attempt) {
        const auto picture = read_picture(ledger, sale);
        if (!picture) return picture.error();
        if (picture->counters.state == sale_state::missing && orders == nullptr) {
            return no_such_sale(sale);
        }
        auto next = check_law(*picture, orders, beside.ordered);
        if (next.exact) return next;
        if (report) keep_confirmed(next, *report);
        report = std::move(next);
    }
    return *report;
}

}  // namespace onsale::app
