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
    return {parsed->says,
            parsed->last,
            parsed->next,
            parsed->hold_ms,
            parsed->limit,
            parsed->price,
            std::string{parsed->salt}};
}

/// `ID STATUS[ RECORD]`
told_item parse_purchase(std::string_view line) {
    const std::string id{cut(line, ' ')};
    const std::string status{cut(line, ' ')};
    return {id, status, std::string{line}};
}

/// `ID RECORD` or `ID -`
told_item parse_look_up(std::string_view line) {
    const std::string id{cut(line, ' ')};
    if (line == "-") return {id, "-", {}};
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

std::string to_record(const reservation& from) {
    return "1|" + std::string{name_of(from.state)} + "|" + std::to_string(from.quantity) + "|" +
           std::string{from.tickets} + "|" + std::to_string(from.pay_by) + "|" +
           std::to_string(from.reserved) + "|" + std::to_string(from.written.epoch) + "|" +
           std::to_string(from.written.version) + "|" + std::string{from.buyer};
}

}  // namespace

std::string id_of(std::int64_t n) {
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
    return parse_verdict(
        run(redis::ledger_script::open, {key(), key("journal"), std::string{redis::sales_key}},
            {terms.operation, sale_, std::to_string(terms.total), std::to_string(terms.hold_ms),
             std::to_string(terms.limit), "4200", std::to_string(terms.opens_ms), salt}));
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
        run(redis::ledger_script::adjust, {key(), key("free"), key("journal")},
            {std::to_string(held.epoch), std::to_string(held.version),
             operation.empty() ? random_hex() : operation, change, std::to_string(amount)}));
}

told_batch ledger_client::read(const std::vector<std::string>& ids, ledger_version held) {
    std::vector<std::string> arguments{"1", std::to_string(held.epoch),
                                       std::to_string(held.version)};
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    const auto lines = run(redis::ledger_script::read, {key(), key("reservations")}, arguments);
    return parse_batch(lines, parse_look_up);
}

void ledger_client::settle(const std::string& id, reservation_state to) {
    const auto seen = read({id});
    const auto before = seen.items.at(0).details();
    auto after = before;
    after.state = to;
    after.written = {seen.says.says.at.epoch, seen.says.says.at.version + 1};
    if (!is_live(to)) after.tickets = {};
    const auto version = std::to_string(after.written.version);
    std::string left;  // read before MULTI, in which nothing is
    if (!is_live(to) && !before.buyer.empty()) {
        left = buyer_after_return(std::string{before.buyer}, before.quantity);
    }

    command({"MULTI"});
    command({"HSET", key("reservations"), id, to_record(after)});
    command({"ZREM", key("due"), id});
    if (to == reservation_state::paid) add("paid", before.quantity);
    if (!is_live(to)) give_back(before);
    if (!left.empty()) command({"HSET", key("buyers"), std::string{before.buyer}, left});
    command({"HSET", key(), "version", version});
    command({"XADD", key("journal"), std::to_string(after.written.epoch) + "-" + version, "format",
             "1", "change", "settle", "records", id + " " + to_record(after)});
    command({"EXEC"});
}

void ledger_client::add(const std::string& counter, std::int64_t tickets) {
    command({"HINCRBY", key(), counter, std::to_string(tickets)});
}

void ledger_client::give_back(const reservation& record) {
    add("sold", -record.quantity);
    if (record.state == reservation_state::paid) add("paid", -record.quantity);
    for (const auto number : ticket_numbers(record.tickets)) {
        command({"RPUSH", key("free"), std::to_string(number)});
    }
}

/// `LIVE:EVER` of `buyer` once `quantity` tickets have been returned.
std::string ledger_client::buyer_after_return(const std::string& buyer, std::int64_t quantity) {
    const auto entry = command({"HGET", key("buyers"), buyer}).text;
    std::string_view ever = entry;
    const auto live = parse_integer(cut(ever, ':'));
    return std::to_string(live.value() - quantity) + ":" + std::string{ever};
}

redis::reply ledger_client::command(const std::vector<std::string>& words) {
    return expect_answer(redis_.command(words));
}

std::string ledger_client::field(const std::string& name) {
    return command({"HGET", key(), name}).text;
}

}  // namespace onsale::test
