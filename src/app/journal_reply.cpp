#include "journal_reply.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/word_line.hpp"

#include <cstddef>
#include <utility>

namespace onsale::app {

using orders::hash_piece;
using orders::journal_entry;
using orders::told_sale;
using redis::reply;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

/// `[NAME, VALUE, …]`
std::optional<pairs> to_pairs(reply from) {
    if (from.is != reply::kind::list || from.list.size() % 2 != 0) return std::nullopt;
    pairs all;
    for (std::size_t i = 0; i < from.list.size(); i += 2) {
        auto& name = from.list[i];
        auto& value = from.list[i + 1];
        const bool are_texts = name.is == reply::kind::text && value.is == reply::kind::text;
        if (!are_texts) return std::nullopt;
        all.emplace_back(std::move(name.text), std::move(value.text));
    }
    return all;
}

std::optional<journal_entry> to_entry(reply from) {
    if (from.list.size() != 2) return std::nullopt;
    std::string_view id{from.list[0].text};
    const auto epoch = parse_integer(cut(id, '-'));
    const auto version = parse_integer(id);
    auto fields = to_pairs(std::move(from.list[1]));
    if (!epoch || !version || !fields || *epoch < 0 || *version < 0) return std::nullopt;
    return journal_entry{{*epoch, *version}, std::move(*fields)};
}

}  // namespace

std::optional<std::vector<journal_entry>> to_entries(reply from) {
    std::vector<journal_entry> entries;
    if (from.is != reply::kind::list) return std::nullopt;
    for (auto& one : from.list) {
        auto entry = to_entry(std::move(one));
        if (!entry) return std::nullopt;
        entries.push_back(std::move(*entry));
    }
    return entries;
}

std::optional<stream_piece> to_stream(reply from) {
    if (from.list.size() != 2) return std::nullopt;
    auto entries = to_entries(std::move(from.list[1]));
    if (!entries || entries->empty()) return std::nullopt;
    return stream_piece{std::move(from.list[0].text), std::move(*entries)};
}

std::optional<hash_piece> to_piece(reply from) {
    if (from.list.size() != 2) return std::nullopt;
    auto entries = to_pairs(std::move(from.list[1]));
    if (!entries || from.list[0].text.empty()) return std::nullopt;
    return hash_piece{std::move(from.list[0].text), std::move(*entries)};
}

std::optional<told_sale> to_told(const std::string& sale, std::string_view line) {
    const auto word = redis::parse_word_line(line);
    if (!word) return std::nullopt;
    return told_sale{.sale = sale,
                     .says = word->says,
                     .hold_ms = word->hold_ms,
                     .limit = word->limit,
                     .price = word->price,
                     .salt = std::string{word->salt}};
}

}  // namespace onsale::app
