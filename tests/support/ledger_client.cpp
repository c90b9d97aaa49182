#include "support/ledger_client.hpp"

#include "onsale/core/ids.hpp"
#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"
#include "onsale/redis/word_line.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace onsale::test {

namespace {

constexpr const char* salt = "000102030405060708090a0b0c0d0e0f";

redis::reply expect_answer(redis::outcome_or_silence<redis::reply> answer) {
    if (!answer) throw std::runtime_error{answer.error().why};
    if (answer->is == redis::reply::kind::error) throw redis_error{answer->text};
    return std::move(*answer);
}

told_word parse_word(const std::string& line) {
    const auto parsed = redis::parse_word_line(line);
    if (!parsed) throw std::runtime_error{"no word: " + line};
    return {parsed->says,  parsed->says.last, parsed->says.next,        parsed->hold_ms,
            parsed->limit, parsed->price,     std::string{parsed->salt}};
}

/// `ID RECORD`, `ID known RECORD` or `ID STATUS`
told_item parse_purchase(std::string_view line) {
    const std::string id{cut(line, ' ')};
    if (line.starts_with("1|")) return {id, "held", std::string{line}};
    const std::string status{cut(line, ' ')};
    return {id, status, std::string{line}};
}

/// `ID RECORD` or `ID -`
told_item parse_look_up(std::string_view line) {
    const std::string id{cut(line, ' ')};
    if (line == "-") return {id, "-", {}};
    if (line.starts_with("letter ")) return {id, "letter", std::string{line.substr(7)}};
    return {id, "known", std::string{line}};
}

told_verdict parse_verdict(const std::vector<std::string>& lines) {
    return {lines.at(0), parse_word(lines.at(1))};
}

template <class Parser>
told_batch parse_batch(const std::vector<std::string>& lines, Parser parse) {
    told_batch batch{parse_word(lines.at(0)), {}};
    std::transform(lines.begin() + 1, lines.end(), std::back_inserter(batch.items), parse);
    return batch;
}

}  // namespace

std::string id_of(std::int64_t n) {
    if (n < 0) return std::string(limits::id_digits, 'f');
    std::string digits(limits::id_digits, '0');
    for (auto at = digits.rbegin(); n > 0; n /= 16) {
        *at++ = "0123456789abcdef"[n % 16];
    }
    return digits;
}

std::vector<wish> wishes(std::int64_t first, std::int64_t count) {
    std::vector<wish> result;
    for (auto n = first; n < first + count; ++n) {
        result.push_back({id_of(n), {}, 1});
    }
    return result;
}

reservation told_item::details() const {
    const auto parsed = parse_record(id, record);
    if (!parsed) throw std::runtime_error{id + " " + status + " brought no record: " + record};
    return *parsed;
}

std::vector<std::int64_t> told_item::tickets() const {
    return ticket_numbers(details().tickets);
}

std::vector<std::string> told_batch::statuses() const {
    std::vector<std::string> result;
    for (const auto& item : items) {
        result.push_back(item.status);
    }
    return result;
}

std::vector<std::string> told_settlement::statuses() const {
    std::vector<std::string> result;
    for (const auto& item : items) {
        result.push_back(item.status);
    }
    return result;
}

std::vector<std::int64_t> told_batch::tickets() const {
    std::vector<std::int64_t> result;
    for (const auto& item : items) {
        if (item.status != "held") continue;
        const auto numbers = item.tickets();
        result.insert(result.end(), numbers.begin(), numbers.end());
    }
    return result;
}

std::vector<std::int64_t> ticket_numbers(std::string_view list) {
    std::vector<std::int64_t> numbers;
    const bool whole = for_each_range(list, [&](std::int64_t first, std::int64_t last) {
        for (auto number = first; number <= last; ++number) {
            numbers.push_back(number);
        }
    });
    if (!whole) throw std::runtime_error{"no ticket list: " + std::string{list}};
    return numbers;
}

std::vector<std::string> ledger_client::keys() const {
    return {key(),       key("reservations"), key("buyers"),  key("due"),
            key("free"), key("journal"),      key("refunds"), key("letters")};
}

std::string ledger_client::key(std::string_view part) const {
    return redis::sale_key(sale_, part);
}

std::vector<std::string> ledger_client::run(redis::ledger_script which,
                                            const std::vector<std::string>& keys,
                                            const std::vector<std::string>& arguments) {
    const auto answer = expect_answer(redis_.run(which, keys, arguments));
    std::vector<std::string> lines;
    for (std::string_view rest = answer.text; !rest.empty();) {
        lines.emplace_back(cut(rest, '\n'));
    }
    return lines;
}

told_verdict ledger_client::open(const sale_terms& terms) {
    return parse_verdict(run(redis::ledger_script::open,
                             {key(), key("journal"), std::string{redis::sales_key}},
                             {terms.operation, sale_, std::to_string(terms.total),
                              std::to_string(terms.hold_ms), std::to_string(terms.limit),
                              std::to_string(price), std::to_string(terms.opens_ms), salt}));
}

told_batch ledger_client::reserve(const std::vector<wish>& batch, ledger_version held,
                                  std::int64_t cap) {
    std::vector<std::string> arguments{std::to_string(held.epoch), std::to_string(held.version),
                                       std::to_string(cap)};
    for (const auto& one : batch) {
        arguments.insert(arguments.end(), {one.id, one.buyer, std::to_string(one.quantity)});
    }
    const auto lines =
        run(redis::ledger_script::reserve,
            {key(), key("reservations"), key("buyers"), key("due"), key("free"), key("journal")},
            arguments);
    return parse_batch(lines, parse_purchase);
}

told_verdict ledger_client::adjust(const std::string& change, std::int64_t amount,
                                   const std::string& operation, ledger_version held) {
    return parse_verdict(
        run(redis::ledger_script::adjust, keys(),
            {std::to_string(held.epoch), std::to_string(held.version),
             operation.empty() ? random_hex() : operation, change, std::to_string(amount)}));
}

told_verdict ledger_client::ordered(ledger_version at, const std::vector<std::string>& letters,
                                    const std::string& which) {
    std::vector<std::string> arguments{std::to_string(at.epoch), std::to_string(at.version), which};
    arguments.insert(arguments.end(), letters.begin(), letters.end());
    return parse_verdict(
        run(redis::ledger_script::ordered, {key(), key("journal"), key("letters")}, arguments));
}

told_batch ledger_client::read(const std::vector<std::string>& ids, ledger_version held) {
    std::vector<std::string> arguments{"1", std::to_string(held.epoch),
                                       std::to_string(held.version)};
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    const auto lines =
        run(redis::ledger_script::read, {key(), key("reservations"), key("letters")}, arguments);
    return parse_batch(lines, parse_look_up);
}

told_settlement ledger_client::settle(const std::vector<settlement>& calls,
                                      const settle_terms& terms) {
    std::vector<std::string> arguments{
        std::to_string(terms.held.epoch), std::to_string(terms.held.version),
        std::to_string(terms.cap), terms.rebuy ? "rebuy" : "refuse", std::to_string(terms.sweep)};
    for (const auto& one : calls) {
        arguments.insert(arguments.end(),
                         {one.id, one.what, one.payment, std::to_string(one.amount), one.new_id});
    }
    const auto lines = run(redis::ledger_script::settle, keys(), arguments);
    told_settlement told{parse_word(lines.at(0)), {}};
    for (std::size_t i = 1; i < lines.size(); ++i) {
        std::string_view line = lines[i];
        const std::string id{cut(line, ' ')};
        if (id == "swept") {
            told.swept = parse_integer(line).value();
            continue;
        }
        const std::string verdict{cut(line, ' ')};
        const auto about = verdict == "rebought" ? std::string{cut(line, ' ')} : id;
        told.items.push_back({about, verdict, std::string{line}});
    }
    return told;
}

void ledger_client::settle(const std::string& id, reservation_state to) {
    const auto expect_done = [&](const settlement& one) {
        const auto told = settle_one(one);
        if (told.status != "done") throw std::runtime_error{one.what + ": " + told.status};
    };
    const auto before = read({id}).items.at(0);
    const auto quantity = before.details().quantity;
    const bool is_held = before.details().state == reservation_state::held;
    const bool pays = to == reservation_state::paid || to == reservation_state::refunded;
    if (pays && is_held) expect_done({id, "pay", "pay-of-" + id, quantity * price, id_of(-1)});
    if (to == reservation_state::refunded) expect_done({id, "refund"});
    if (to == reservation_state::cancelled) expect_done({id, "cancel"});
    if (to == reservation_state::expired) {
        make_due(id);
        sweep();  // or a node has done it
        if (read({id}).items.at(0).details().state != to) throw std::runtime_error{id + " is held"};
    }
}

void ledger_client::make_due(const std::string& id) {
    const auto found = read({id}).items.at(0);
    auto record = found.record;
    const auto pay_by = std::to_string(found.details().pay_by);
    record.replace(record.find("|" + pay_by + "|") + 1, pay_by.size(), "1");
    command({"HSET", key("reservations"), id, record});
    command({"ZADD", key("due"), "1", id});
    command({"HSET", key(), "due", "1"});
}

void ledger_client::append_to_journal(const std::vector<std::string>& fields) {
    std::vector<std::string> words{
        "EVAL",
        "local version = redis.call('HINCRBY', KEYS[1], 'version', 1) "
        "return redis.call('XADD', KEYS[2], '1-' .. version, unpack(ARGV))",
        "2", key(), key("journal")};
    words.insert(words.end(), fields.begin(), fields.end());
    command(words);
}

redis::reply ledger_client::command(const std::vector<std::string>& words) {
    return expect_answer(redis_.command(words));
}

std::string ledger_client::field(const std::string& name) {
    return command({"HGET", key(), name}).text;
}

}  // namespace onsale::test
