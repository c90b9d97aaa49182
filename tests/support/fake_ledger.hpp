#pragma once

#include "support/model_sale.hpp"

#include "onsale/core/ledger.hpp"

#include <vector>

namespace onsale::test {

/// A ledger without Redis: the port of `core`, filled by the model of one sale. Nothing is answered
/// until the test says so. One thread.
class fake_ledger final : public ledger {
  public:
    fake_ledger(model_sale& sale, ledger_listener& listener) noexcept
        : sale_{sale}, listener_{listener} {}

    void submit(purchase& one) override { waiting_.push_back(&one); }

    [[nodiscard]] const std::vector<purchase*>& waiting() const noexcept { return waiting_; }

    /// Runs all that waits, as one batch that was sent at `sent`, and answers it.
    void answer(time_point sent);

    /// Runs all that waits, and the reply is lost on the way: it will be sent again (L18).
    void lose_reply();

    /// Answers the first that waits in the ledger's stead, after its sale has heard `w`.
    void answer_first(outcome what, const word& w);

    /// Tells all that waits that no answer will come.
    void fail(errc why);

  private:
    outcome run(const purchase& one);
    void tell(purchase& one, outcome what);
    settle_result settle(const purchase& one);
    void tell_settled(purchase& one);

    model_sale& sale_;
    ledger_listener& listener_;
    std::vector<purchase*> waiting_;
};

}  // namespace onsale::test
