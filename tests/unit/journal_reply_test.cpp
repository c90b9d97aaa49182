#include "../../src/app/journal_reply.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

// P8, L27: a reply that is not the journal's is not taken for one.

namespace onsale::test {

using redis::reply;

namespace {

reply text(std::string value) {
    return {reply::kind::text, std::move(value), 0, {}};
}

reply list(std::vector<reply> parts) {
    return {reply::kind::list, {}, 0, std::move(parts)};
}

reply entry(const std::string& id, std::vector<reply> fields) {
    return list({text(id), list(std::move(fields))});
}

}  // namespace

TEST(JournalReply, IsTakenApart) {
    const auto entries = app::to_entries(list({entry("2-41", {text("sold"), text("7")})}));
    ASSERT_TRUE(entries);
    ASSERT_EQ(entries->size(), 1U);
    EXPECT_EQ(entries->front().at, (ledger_version{2, 41}));
    EXPECT_EQ(entries->front().field("sold"), "7");
    const auto stream = app::to_stream(list({text("a key"), list({entry("2-41", {})})}));
    ASSERT_TRUE(stream);
    EXPECT_EQ(stream->key, "a key");
    const auto piece = app::to_piece(list({text("17"), list({text("a"), text("b")})}));
    ASSERT_TRUE(piece);
    EXPECT_EQ(piece->cursor, "17");
    EXPECT_EQ(piece->entries.front().second, "b");
}

TEST(JournalReply, OfAnEmptyJournalHasNoEntries) {
    const auto entries = app::to_entries(list({}));
    ASSERT_TRUE(entries);
    EXPECT_TRUE(entries->empty());
}

TEST(JournalReply, ThatIsNoneIsNotUnderstood) {
    for (const auto* id : {"", "2", "2-", "-41", "2-41-1", "a-b", " 2-41", "2--41"})
        EXPECT_FALSE(app::to_entries(list({entry(id, {})}))) << id;
    EXPECT_FALSE(app::to_entries({}));
    EXPECT_FALSE(app::to_entries(text("2-41")));
    EXPECT_FALSE(app::to_entries(list({text("2-41")})));
    EXPECT_FALSE(app::to_entries(list({list({text("2-41"), {}})})));
    EXPECT_FALSE(app::to_entries(list({entry("2-41", {text("a name without a value")})})));
    EXPECT_FALSE(app::to_entries(list({entry("2-41", {text("a"), list({})})})));
    EXPECT_FALSE(app::to_stream(list({text("a key"), list({})})));
    EXPECT_FALSE(app::to_piece(list({text("17"), list({text("a")})})));
    EXPECT_FALSE(app::to_piece(list({{}, list({})})));
}

}  // namespace onsale::test
