#include "lua/ledger_test.hpp"
#include "support/model_sale.hpp"

#include "onsale/core/outcome.hpp"

#include <cstdlib>
#include <ostream>
#include <rapidcheck.h>

// The whole life of reservations (L20–L22): any sequence of commands, duplicates and late ones
// among them, on a real Redis, compared with the model after every step. RapidCheck looks for the
// shortest sequence that fails and prints how to repeat it; RC_PARAMS="max_success=20000" runs
// more.

namespace onsale::test {

namespace {

enum class act : std::uint8_t {
    reserve,
    pay,
    pay_wrong,
    cancel,
    refund,
    refund_done,
    fall_due,
    sweep,
    restock,
    withdraw,
    pause,
    resume,
    again,
};

/// One command; which of its parts count depends on what is done.
struct step {
    act what = act::reserve;
    int who = 0;      ///< the reservation
    int buyer = 0;    ///< 0: nobody named
    int tickets = 1;  ///< or, with `again`, how many steps ago
    int payment = 0;
};

void showValue(const step& one, std::ostream& out) {
    constexpr std::array<const char*, 13> names{
        "reserve", "pay",     "pay a wrong amount", "cancel", "refund", "note a refund", "fall due",
        "sweep",   "restock", "withdraw",           "pause",  "resume", "again"};
    out << names[static_cast<std::size_t>(one.what)] << " {who " << one.who << ", buyer "
        << one.buyer << ", tickets " << one.tickets << ", payment " << one.payment << "}";
}

rc::Gen<step> any_step() {
    const auto what = rc::gen::weightedElement<act>({{8, act::reserve},
                                                     {6, act::pay},
                                                     {1, act::pay_wrong},
                                                     {3, act::cancel},
                                                     {2, act::refund},
                                                     {2, act::refund_done},
                                                     {4, act::fall_due},
                                                     {2, act::sweep},
                                                     {1, act::restock},
                                                     {1, act::withdraw},
                                                     {1, act::pause},
                                                     {2, act::resume},
                                                     {4, act::again}});
    return rc::gen::build<step>(rc::gen::set(&step::what, what),
                                rc::gen::set(&step::who, rc::gen::inRange(0, 12)),
                                rc::gen::set(&step::buyer, rc::gen::inRange(0, 4)),
                                rc::gen::set(&step::tickets, rc::gen::inRange(1, 4)),
                                rc::gen::set(&step::payment, rc::gen::inRange(0, 3)));
}

/// A sale in Redis and its model, side by side.
class twins {
  public:
    twins(ledger_client& ledger, bool rebuy) : ledger_{ledger}, rebuy_{rebuy} {
        ledger_.command({"FLUSHALL"});
        RC_ASSERT(ledger_.open({.total = terms.total, .limit = terms.limit}).verdict == "done");
    }

    void live(const std::vector<step>& steps) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            auto one = steps[i];
            for (auto at = i; one.what == act::again && at > 0;) {
                at -= std::min(at, static_cast<std::size_t>(one.tickets));
                one = steps[at];
            }
            take(one);
            compare();
        }
    }

  private:
    static constexpr model_sale::terms terms{.total = 12, .limit = 5, .cap = 6};

    void take(const step& one) {
        const auto id = id_of(one.who);
        const auto payment = "pay-" + std::to_string(one.payment);
        const auto* entry = model_.find(id);
        switch (one.what) {
            case act::reserve:
                return reserve(one);
            case act::pay:
            case act::pay_wrong: {
                const auto tickets = entry == nullptr ? 1 : entry->quantity;
                const auto amount = price * tickets + (one.what == act::pay_wrong ? 1 : 0);
                const auto new_id = id_of(1'000 + 10 * one.who + one.payment);
                return expect({id, "pay", payment, amount, new_id},
                              model_.pay(id, payment, amount, new_id));
            }
            case act::cancel:
                return expect({id, "cancel"}, model_.cancel(id));
            case act::refund:
                return expect({id, "refund"}, model_.refund_paid(id));
            case act::refund_done: {
                const auto of = one.tickets == 1 ? std::string{} : payment;
                return expect({id, "refund_done", of}, model_.refund_done(id, of));
            }
            case act::fall_due:
                if (entry == nullptr || entry->state != reservation_state::held) return;
                if (entry->is_due) return;
                model_.make_due(id);
                return ledger_.make_due(id);
            case act::sweep: {
                const auto swept = ledger_.sweep();
                RC_ASSERT(swept == model_.sweep());
                return;
            }
            case act::restock: {
                const auto verdict = ledger_.adjust("restock_by", one.tickets).verdict;
                RC_ASSERT(verdict == (model_.restock(one.tickets) ? "done" : "closed"));
                return;
            }
            case act::withdraw: {
                const auto verdict = ledger_.adjust("withdraw", one.tickets).verdict;
                RC_ASSERT(verdict == (model_.withdraw(one.tickets) ? "done" : "too_few"));
                return;
            }
            case act::pause:
                ledger_.adjust("pause");
                return model_.set_state(sale_state::paused);
            case act::resume:
                ledger_.adjust("resume");
                return model_.set_state(sale_state::open);
            case act::again:
                return;  // of nothing
        }
    }

    void reserve(const step& one) {
        std::vector<wish> batch;
        for (int n = 0; n < one.tickets; ++n) {
            wish each{id_of((one.who + n) % 12), "", 1 + (one.who + one.payment) % 3};
            if (one.buyer > 0) each.buyer = "buyer-" + std::to_string(one.buyer);
            batch.push_back(std::move(each));
        }
        const auto told = ledger_.reserve(batch, {}, terms.cap);
        for (std::size_t n = 0; n < batch.size(); ++n) {
            const auto& each = batch[n];
            const auto what = model_.reserve(each.id, each.buyer, each.quantity);
            const auto wanted = what == outcome::sold       ? "held"
                                : what == outcome::repeated ? "known"
                                                            : name_of(what);
            RC_ASSERT(told.items.at(n).status == wanted);
        }
    }

    void expect(const settlement& asked, settle_result wanted) {
        const auto told = ledger_.settle_one(asked, {.rebuy = rebuy_, .cap = terms.cap});
        RC_ASSERT(told.status == name_of(wanted));
    }

    void compare() {
        std::vector<std::string> ids;
        for (const auto& [id, entry] : model_.entries()) {
            ids.push_back(id);
        }
        const auto told = ledger_.read(ids);
        for (const auto& item : told.items) {
            RC_ASSERT(item.status == "known");
            const auto& entry = *model_.find(item.id);
            const auto record = item.details();
            RC_ASSERT(name_of(record.state) == name_of(entry.state));
            RC_ASSERT(item.tickets() == entry.tickets);
            RC_ASSERT(record.buyer == entry.buyer);
            RC_ASSERT(record.payment == entry.payment);
            RC_ASSERT(record.refund_due == entry.refund_due());
        }
        const auto& says = told.says.says;
        const auto wanted = model_.says({});
        RC_ASSERT(name_of(says.state) == name_of(wanted.state));
        RC_ASSERT(says.total == wanted.total);
        RC_ASSERT(says.sold == wanted.sold);
        RC_ASSERT(says.paid == wanted.paid);
        RC_ASSERT(says.due != 0 || says.sold == says.paid);
        if (!anything_due()) RC_ASSERT(describe(breaches_of_law(ledger_)) == "");
    }

    /// What was made due by hand is not as the journal has it, until it is settled.
    [[nodiscard]] bool anything_due() const {
        return std::any_of(model_.entries().begin(), model_.entries().end(), [](const auto& each) {
            return each.second.state == reservation_state::held && each.second.is_due;
        });
    }

    ledger_client& ledger_;
    const bool rebuy_;
    model_sale model_{{terms.total, terms.limit, terms.cap, terms.price, rebuy_}};
};

}  // namespace

class Life : public ledger_test {
  protected:
    Life() { setenv("RC_PARAMS", "max_success=500", 0); }

    void TearDown() override {}  // the law is checked after every step
};

TEST_F(Life, P7AnySequenceOfCommandsIsAsTheModelSays) {
    const bool holds = rc::check("any sequence of commands is as the model says", [this] {
        const bool rebuy = *rc::gen::arbitrary<bool>();
        const auto count = *rc::gen::inRange<std::size_t>(1, 60);
        const auto steps = *rc::gen::container<std::vector<step>>(count, any_step());
        twins{ledger, rebuy}.live(steps);
    });
    EXPECT_TRUE(holds);
}

}  // namespace onsale::test
