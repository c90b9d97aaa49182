#include "../../src/app/journal_reply.hpp"
#include "../../src/orders/chapter.hpp"
#include "../../src/redis/reply_copy.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/text.hpp"

#include <hiredis/hiredis.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Whatever is in a journal: it becomes rows or dead letters, and nothing is lost between the two
// (L27).

namespace onsale::test {

namespace {

using entries = std::vector<orders::journal_entry>;

orders::journal_entry read_entry(std::string_view text, std::int64_t version) {
    orders::journal_entry entry{{1, version}, {}};
    while (!text.empty()) {
        auto value = cut(text, '\n');
        const auto name = cut(value, '=');
        std::string unfolded{value};
        std::replace(unfolded.begin(), unfolded.end(), '~', '\n');
        entry.fields.emplace_back(name, std::move(unfolded));
    }
    return entry;
}

/// Entries are apart by a `%`; each is lines of NAME=VALUE, where `~` stands for the ends of lines
/// in a value.
entries read_text(std::string_view text) {
    entries all;
    while (!text.empty())
        all.push_back(read_entry(cut(text, '%'), std::ssize(all) + 1));
    return all;
}

/// No list in it says that it is longer than Redis would ever send one: hiredis would make room for
/// it at once.
bool announces_little(std::string_view bytes) {
    static constexpr std::size_t most_digits = 4;
    for (auto at = bytes.find('*'); at != bytes.npos; at = bytes.find('*', at + 1)) {
        const auto end = std::min(bytes.find_first_not_of("0123456789", at + 1), bytes.size());
        if (end - at - 1 > most_digits) return false;
    }
    return true;
}

/// The bytes are Redis's, as they come to a reader of the journal: XREAD's, XRANGE's, HSCAN's.
entries read_wire(std::string_view bytes) {
    if (!announces_little(bytes)) return {};
    const std::unique_ptr<redisReader, void (*)(redisReader*)> reader{redisReaderCreate(),
                                                                      &redisReaderFree};
    redisReaderFeed(reader.get(), bytes.data(), bytes.size());
    void* got = nullptr;
    if (redisReaderGetReply(reader.get(), &got) != REDIS_OK || got == nullptr) return {};
    const std::unique_ptr<redisReply, void (*)(void*)> answer{static_cast<redisReply*>(got),
                                                              &freeReplyObject};
    const auto told = redis::copy_reply(*answer);
    if (const auto piece = app::to_piece(told)) ONSALE_ASSERT(!piece->cursor.empty());
    for (const auto& one : told.list) {
        if (auto stream = app::to_stream(one)) return std::move(stream->entries);
    }
    return app::to_entries(told).value_or(entries{});
}

void follow(entries taken) {
    const ledger_version before =
        taken.empty() ? ledger_version{}
                      : ledger_version{taken.front().at.epoch, taken.front().at.version - 1};
    orders::chapter all{{"demo", before}};
    for (auto& one : taken) {
        ONSALE_ASSERT(orders::fingerprint_of(one).size() == 16);
        if (!all.is_followed_by(one)) break;
        all.take(std::move(one));
    }
    for (const auto& row : all.orders())
        ONSALE_ASSERT(row.record.written <= all.to() && row.record.digits.size() == 32);
    for (const auto& letter : all.letters()) {
        orders::chapter again{{"demo", letter.at}};
        again.take_again(letter);
        ONSALE_ASSERT(!again.letters().empty());  // it was no good, and still is
    }
}

}  // namespace

}  // namespace onsale::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace onsale::test;
    const std::string_view bytes{reinterpret_cast<const char*>(data), size};
    follow(bytes.starts_with('*') ? read_wire(bytes) : read_text(bytes));
    return 0;
}
