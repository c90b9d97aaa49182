#pragma once

#include "lua/ledger_test.hpp"

#include <string>

namespace onsale::test {

/// One reservation of two tickets of ada's in a sale of ten, and all that can happen to it.
class settle_test : public ledger_test {
  protected:
    static constexpr std::int64_t amount = 2 * price;
    const std::string id = id_of(1);
    const std::string new_id = id_of(901);
    const std::string another_new_id = id_of(902);

    void reserve() { ASSERT_EQ(status_of({id, "ada", 2}), "held"); }

    void open_and_reserve(const sale_terms& terms = {}) {
        open(terms);
        reserve();
    }

    std::string pay(const std::string& payment, std::int64_t paid = amount, bool rebuy = true) {
        return ledger.settle_one(payment_of(payment, paid), {.rebuy = rebuy}).status;
    }

    [[nodiscard]] settlement payment_of(const std::string& payment,
                                        std::int64_t paid = amount) const {
        return {id, "pay", payment, paid, payment == "pay-1" ? new_id : another_new_id};
    }

    std::string call(const std::string& what, const std::string& payment = {}) {
        return ledger.settle_one({id, what, payment}).status;
    }

    [[nodiscard]] std::string record_of(const std::string& of) {
        return ledger.read({of}).items.at(0).record;
    }
    [[nodiscard]] std::string state_of(const std::string& of) {
        const auto told = ledger.read({of}).items.at(0);
        return std::string{name_of(told.details().state)};
    }
    /// Of all that is held the pay-by is over, batch by batch.
    void make_batches_due() {
        for (const auto& batch : ledger.command({"ZRANGE", ledger.key("due"), "0", "-1"}).list) {
            for (std::size_t at = 0; at < batch.text.size(); at += limits::id_digits) {
                const auto of = batch.text.substr(at, limits::id_digits);
                if (state_of(of) == "held") ledger.make_due(of);
                ledger.command({"ZREM", ledger.key("due"), of});
            }
            ledger.command({"ZADD", ledger.key("due"), "1", batch.text});
            ledger.command({"HSET", ledger.key(), "due", "1"});
        }
    }
    [[nodiscard]] std::int64_t owed() { return ledger.read({id}).items.at(0).details().refund_due; }
    [[nodiscard]] word word_now() { return ledger.read().says.says; }
};

}  // namespace onsale::test
