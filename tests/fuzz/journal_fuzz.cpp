#include "../../src/orders/chapter.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Whatever is in a journal: it becomes rows or dead letters, and nothing is lost between the two
// (L27).

namespace onsale::test {

namespace {

/// Entries are apart by a line of `%`; each is lines of NAME=VALUE, where `~` stands for the ends
/// of lines in a value.
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

void follow(std::string_view text) {
    orders::chapter all{{"demo", {1, 0}}};
    for (std::int64_t version = 1; !text.empty(); ++version) {
        auto entry = read_entry(cut(text, '%'), version);
        ONSALE_ASSERT(orders::fingerprint_of(entry).size() == 16);
        all.take(std::move(entry));
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
    onsale::test::follow({reinterpret_cast<const char*>(data), size});
    return 0;
}
