#pragma once

#include "support/fake_ledger.hpp"
#include "support/model_sale.hpp"
#include "support/printing.hpp"

#include "onsale/core/box_office.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace onsale::test {

using namespace std::chrono_literals;

/// An answer, kept.
struct heard {
    std::uint64_t tag = 0;
    outcome what = outcome::busy;
    std::int64_t remaining = 0;
    std::int64_t attempt = 0;
    std::string id;
    std::string tickets;
};

struct seen {
    std::uint64_t tag = 0;
    bool reached = false;
    std::string tickets;
};

struct heard_settlement {
    std::uint64_t tag = 0;
    settle_result what = settle_result::busy;
    std::string id;
    std::int64_t amount = 0;
    std::string state;
};

class listeners final : public audience {
  public:
    void answered(std::uint64_t tag, const answer& told) override {
        answers.push_back({tag, told.what, told.remaining, told.attempt, std::string{view(told.id)},
                           std::string{told.record == nullptr ? "" : told.record->tickets}});
    }

    void shown(std::uint64_t tag, const sighting& sight) override {
        sightings.push_back({tag, sight.reached,
                             std::string{sight.record == nullptr ? "" : sight.record->tickets}});
    }

    void settled(std::uint64_t tag, const settlement_told& what) override {
        const bool has_record = what.record != nullptr;
        settlements.push_back({tag, what.what, std::string{view(what.id)}, what.amount,
                               std::string{has_record ? name_of(what.record->state) : ""}});
    }

    std::vector<heard> answers;
    std::vector<seen> sightings;
    std::vector<heard_settlement> settlements;
};

/// One thread of a node, one sale, and a fake ledger behind it.
class box_office_test : public testing::Test {
  protected:
    struct set_up {
        model_sale::terms terms{};
        share mine{1, 1, 0.0};
        std::int64_t local_stock = 0;  ///< 0: by share
        box_office::settings settings{};
        time_point word_sent{};  ///< of the first word; the epoch: now
    };

    void start(const set_up& with) {
        model.emplace(with.terms);
        book.emplace(with.mine, with.local_stock);
        office.emplace(*book, with.settings);
        ledger.emplace(*model, *office);
        office->connect(*ledger, told);
        const bool given = with.word_sent != time_point{};
        book->add({"demo", {}}, model->says(given ? with.word_sent : now));
        office->refresh();
        on = office->find("demo");
        ASSERT_NE(on, nullptr);
    }

    /// Nothing: the answer comes later.
    std::optional<outcome> buy(const purchase_request& request = {}) {
        const auto at_once = office->buy(*on, request, ++last_tag, now);
        if (!at_once) return std::nullopt;
        return at_once->what;
    }

    /// Buys, and the ledger answers at once, by a word that is newer than all before.
    heard buy_and_hear(const purchase_request& request = {}) {
        const auto at_once = office->buy(*on, request, ++last_tag, now);
        if (at_once) return {last_tag, at_once->what, at_once->remaining, at_once->attempt, "", ""};
        ledger->answer(later());
        return last_told();
    }

    /// A purchase without a name or a key.
    static purchase_request tickets(std::uint32_t quantity) {
        return {"", "", key_kind::none, quantity};
    }

    static purchase_request keyed(std::string_view key, std::string_view buyer = "ada",
                                  std::uint32_t quantity = 1) {
        return {buyer, key, key_kind::own, quantity};
    }

    /// The sale is as the model says it is, and was asked at `sent`.
    void hear(time_point sent) { on->shared().hear(model->says(sent)); }

    /// The newest answer that came later; throws if there is none.
    [[nodiscard]] const heard& last_told() const {
        return told.answers.at(told.answers.size() - 1);
    }

    [[nodiscard]] std::int64_t tokens() const { return on->shared().stock().tokens(); }
    [[nodiscard]] std::size_t asked() const { return ledger->waiting().size(); }
    time_point later() { return latest += 1us; }

    // The way back from a look-up judges words by the monotonic clock itself.
    const time_point now = monotonic::now();
    time_point latest = now;
    std::uint64_t last_tag = 0;
    std::optional<model_sale> model;
    std::optional<sale_book> book;
    listeners told;
    std::optional<box_office> office;
    std::optional<fake_ledger> ledger;
    local_sale* on = nullptr;
};

}  // namespace onsale::test
