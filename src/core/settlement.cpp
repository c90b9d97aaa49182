#include "onsale/core/settlement.hpp"

#include "onsale/core/assert.hpp"

#include <array>

namespace onsale {

namespace {

struct settled_words {
    settle_result what;
    std::string_view name;
    std::string_view sentence;
};

constexpr std::array<settled_words, settle_results> all{{
    {settle_result::done, "done", "Done."},
    {settle_result::repeated, "repeated", "It was done before."},
    {settle_result::rebought, "rebought", "The payment came late and bought the tickets again."},
    {settle_result::refused, "refused", "The reservation is in a state that does not allow it."},
    {settle_result::refund_due, "refund_due", "The payment bought nothing; send the money back."},
    {settle_result::wrong_amount, "wrong_amount", "The amount is not what the tickets cost."},
    {settle_result::unknown, "unknown", "There is no such reservation."},
    {settle_result::frozen, "frozen",
     "The sale is being checked by its operator; send it again later."},
    {settle_result::missing, "missing",
     "The sale is being restored by its operator; send it again later."},
    {settle_result::in_doubt, "in_doubt", "It was sent and not yet confirmed; send it again."},
    {settle_result::busy, "busy", "Nothing was done; send it again."},
}};

const settled_words& words_of(settle_result what) noexcept {
    const auto& words = all[static_cast<std::size_t>(what)];
    ONSALE_ASSERT(words.what == what);
    return words;
}

}  // namespace

std::string_view name_of(settle_kind what) noexcept {
    return what == settle_kind::pay ? "pay" : "cancel";
}

std::string_view name_of(settle_result what) noexcept {
    return words_of(what).name;
}

std::optional<settle_result> parse_settle_result(std::string_view name) noexcept {
    for (const auto& words : all) {
        const bool told_by_ledger =
            words.what != settle_result::in_doubt && words.what != settle_result::busy;
        if (told_by_ledger && words.name == name) return words.what;
    }
    return std::nullopt;
}

std::string_view sentence_of(settle_result what) noexcept {
    return words_of(what).sentence;
}

}  // namespace onsale
