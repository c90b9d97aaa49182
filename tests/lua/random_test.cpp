#include "lua/ledger_test.hpp"
#include "support/model_sale.hpp"

#include "onsale/core/outcome.hpp"

#include <cstdlib>
#include <iostream>
#include <random>

namespace onsale::test {

/// Any sequence of changes, compared step by step with the model; the law is checked after each.
/// ONSALE_SEED repeats a run.
class RandomSale : public ledger_test {
  protected:
    static constexpr model_sale::terms terms{.total = 40, .limit = 6, .cap = 8};

    RandomSale() {
        open({.total = terms.total, .limit = terms.limit});
        std::cout << "ONSALE_SEED=" << seed << '\n';
    }

    static std::uint64_t chosen_seed() {
        const char* given = std::getenv("ONSALE_SEED");
        return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
    }

    std::int64_t between(std::int64_t least, std::int64_t most) {
        return std::uniform_int_distribution{least, most}(chance);
    }

    void step() {
        switch (between(0, 9)) {
            case 0:
                return restock(between(1, 6));
            case 1:
                return withdraw(between(1, 6));
            case 2:
                return between(0, 5) == 0 ? pause() : resume();
            case 3:
            case 4:
            case 5:
                return settle();
            default:
                return reserve(between(1, 12));
        }
    }

    void reserve(std::int64_t count) {
        std::vector<wish> batch;
        statuses wanted;
        for (; count > 0; --count) {
            const auto buyer = between(0, 12);
            wish one{id_of(between(1, 400)), "", between(1, 3)};
            if (buyer > 0) one.buyer = "buyer-" + std::to_string(buyer);
            wanted.push_back(status_by_model(one));
            batch.push_back(std::move(one));
        }
        const auto told = ledger.reserve(batch, {}, terms.cap);
        EXPECT_EQ(told.statuses(), wanted);
        for (const auto& item : told.items) {
            if (!item.record.empty()) expect_same(item);
        }
    }

    std::string status_by_model(const wish& one) {
        const auto what = model.reserve(one.id, one.buyer, one.quantity);
        if (what == outcome::sold) return "held";
        return what == outcome::repeated ? "known" : std::string{name_of(what)};
    }

    void expect_same(const told_item& item) {
        const auto* entry = model.find(item.id);
        ASSERT_NE(entry, nullptr);
        EXPECT_EQ(item.tickets(), entry->tickets);
        EXPECT_EQ(item.details().state, entry->state);
        EXPECT_EQ(item.details().buyer, entry->buyer);
    }

    void settle() {
        if (model.entries().empty()) return;
        const auto place = between(0, static_cast<std::int64_t>(model.entries().size()) - 1);
        const auto id = std::next(model.entries().begin(), place)->first;
        const auto to = static_cast<reservation_state>(between(1, 4));
        if (model.settle(id, to)) ledger.settle(id, to);
    }

    void restock(std::int64_t tickets) {
        EXPECT_EQ(ledger.adjust("restock_by", tickets).verdict,
                  model.restock(tickets) ? "done" : "closed");
    }

    void withdraw(std::int64_t tickets) {
        EXPECT_EQ(ledger.adjust("withdraw", tickets).verdict,
                  model.withdraw(tickets) ? "done" : "too_few");
    }

    void pause() {
        ledger.adjust("pause");
        model.set_state(sale_state::paused);
    }

    void resume() {
        ledger.adjust("resume");
        model.set_state(sale_state::open);
    }

    void expect_same_counts() {
        const auto told = ledger.read().says.says;
        const auto wanted = model.says({});
        EXPECT_EQ(told.state, wanted.state);
        EXPECT_EQ(told.total, wanted.total);
        EXPECT_EQ(told.sold, wanted.sold);
        EXPECT_EQ(told.paid, wanted.paid);
    }

    const std::uint64_t seed = chosen_seed();
    std::mt19937_64 chance{seed};
    model_sale model{terms};
};

TEST_F(RandomSale, P1TheLawHoldsAfterEveryStep) {
    for (int i = 0; i < 400 && !HasFailure(); ++i) {
        SCOPED_TRACE("step " + std::to_string(i));
        step();
        expect_same_counts();
        ASSERT_EQ(describe(breaches_of_law(ledger)), "");
    }
}

}  // namespace onsale::test
