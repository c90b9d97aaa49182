#include "journal_reader.hpp"

#include "journal_reply.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"
#include "onsale/redis/word_line.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <span>
#include <thread>
#include <utility>

namespace onsale::app {

using orders::hash_piece;
using orders::journal_entry;
using orders::sale_news;
using orders::sale_position;
using orders::told_sale;
using redis::reply;

namespace {

std::string to_text(ledger_version at) {
    return std::to_string(at.epoch) + "-" + std::to_string(at.version);
}

}  // namespace

complaint journal_reader::not_understood() const {
    return {to_.to_string() + " answers, but not as a ledger of this onsale does"};
}

/// A conversation that broke off is not gone on with: its reply could come to the next question.
template <class Conversation>
or_complaint<reply> journal_reader::ask(Conversation once) {
    if (!session_) {
        auto made = redis::session::connect(to_, limits::operator_reply);
        if (!made) return complaint{made.error().why};
        session_ = std::move(*made);
    }
    auto answer = once(*session_);
    if (!answer) {
        session_.reset();
        return complaint{answer.error().why};
    }
    if (answer->is == reply::kind::error) {
        return complaint{"the ledger at " + to_.to_string() + " says: " + answer->text};
    }
    return std::move(*answer);
}

or_complaint<reply> journal_reader::command(const words& sent) {
    return ask([&](redis::session& one) { return one.command(sent); });
}

or_complaint<reply> journal_reader::run(redis::ledger_script which, const words& keys,
                                        const words& args) {
    return ask([&](redis::session& one) { return one.run(which, keys, args); });
}

or_complaint<std::vector<std::string>> journal_reader::sales() {
    const auto members = command({"SMEMBERS", std::string{redis::sales_key}});
    if (!members) return members.error();
    std::vector<std::string> names;
    for (const auto& one : members->list)
        names.push_back(one.text);
    return names;
}

or_complaint<std::vector<told_sale>> journal_reader::look(const std::vector<sale_position>& held) {
    std::vector<told_sale> all;
    for (std::span<const sale_position> rest{held}; !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), limits::poll_sales));
        words keys;
        words args{std::to_string(some.size())};
        for (const auto& one : some) {
            keys.push_back(redis::sale_key(one.sale));
            args.push_back(std::to_string(one.at.epoch));
            args.push_back(std::to_string(one.at.version));
        }
        const auto answer = run(redis::ledger_script::read, keys, args);
        if (!answer) return answer.error();
        std::string_view lines{answer->text};
        for (const auto& one : some) {
            auto told = to_readable(one.sale, cut(lines, '\n'));
            if (told) all.push_back(std::move(*told));
        }
        rest = rest.subspan(some.size());
    }
    if (all.empty() && !held.empty()) {
        return complaint{"the ledger cannot read the sale " + held.front().sale + ": " +
                         unreadable_.at(held.front().sale)};
    }
    return all;
}

/// Tells once of each that cannot be read: the others go on.
std::optional<told_sale> journal_reader::to_readable(const std::string& sale,
                                                     std::string_view line) {
    auto told = to_told(sale, line);
    if (told) {
        unreadable_.erase(sale);
        return told;
    }
    const auto why = redis::parse_unreadable(line).value_or("an answer that makes no sense");
    if (unreadable_.insert_or_assign(sale, why).second) {
        spdlog::error("ALARM sale {}: the ledger cannot read it, its orders wait: {}", sale, why);
    }
    return std::nullopt;
}

or_complaint<std::vector<sale_news>> journal_reader::read(const std::vector<sale_position>& from,
                                                          std::size_t most,
                                                          std::chrono::milliseconds patience) {
    if (from.empty()) {
        std::this_thread::sleep_for(patience);
        return std::vector<sale_news>{};
    }
    words sent{"XREAD", "COUNT", std::to_string(most)};
    if (patience.count() > 0) {
        sent.insert(sent.end(), {"BLOCK", std::to_string(patience.count())});
    }
    sent.emplace_back("STREAMS");
    std::map<std::string, std::string> sale_of;
    for (const auto& one : from) {
        sent.push_back(redis::sale_key(one.sale, "journal"));
        sale_of.emplace(sent.back(), one.sale);
    }
    for (const auto& one : from)
        sent.push_back(to_text(one.at));
    auto answer = command(sent);
    if (!answer) return answer.error();
    std::vector<sale_news> news;
    for (auto& one : answer->list) {
        auto stream = to_stream(std::move(one));
        if (!stream) return not_understood();
        const auto known = sale_of.find(stream->key);
        if (known == sale_of.end()) return not_understood();
        news.push_back({known->second, std::move(stream->entries)});
    }
    return news;
}

or_complaint<std::optional<journal_entry>> journal_reader::entry_at(const sale_position& place) {
    const auto id = to_text(place.at);
    auto answer = command({"XRANGE", redis::sale_key(place.sale, "journal"), id, id});
    if (!answer) return answer.error();
    auto entries = to_entries(std::move(*answer));
    if (!entries) return not_understood();
    if (entries->empty()) return std::optional<journal_entry>{};
    return std::optional{std::move(entries->front())};
}

or_complaint<hash_piece> journal_reader::scan(const std::string& sale, orders::sale_hash which,
                                              const std::string& cursor) {
    const auto* part = which == orders::sale_hash::reservations ? "reservations" : "refunds";
    auto answer = command({"HSCAN", redis::sale_key(sale, part), cursor, "COUNT",
                           std::to_string(limits::audit_piece)});
    if (!answer) return answer.error();
    auto piece = to_piece(std::move(*answer));
    if (!piece) return not_understood();
    return std::move(*piece);
}

or_complaint<void> journal_reader::report(const sale_position& ordered, bool all_letters,
                                          const std::vector<std::string>& letters) {
    words args{std::to_string(ordered.at.epoch), std::to_string(ordered.at.version),
               all_letters ? "all" : "more"};
    args.insert(args.end(), letters.begin(), letters.end());
    const auto& sale = ordered.sale;
    const auto answer = run(
        redis::ledger_script::ordered,
        {redis::sale_key(sale), redis::sale_key(sale, "journal"), redis::sale_key(sale, "letters")},
        args);
    if (!answer) return answer.error();
    return {};
}

}  // namespace onsale::app
