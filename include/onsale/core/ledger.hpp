#pragma once

#include "onsale/core/error.hpp"
#include "onsale/core/outcome.hpp"
#include "onsale/core/purchase.hpp"
#include "onsale/core/reservation.hpp"

// The ledger as a thread of a node sees it: the port that `redis` fills and `core` uses.

namespace onsale {

/// One thread.
class ledger {
  public:
    /// Sends `one` on its errand. Exactly one call of the listener answers it, never from within
    /// this call, and at the latest when its deadline and one more reply deadline have passed.
    virtual void submit(purchase& one) = 0;

  protected:
    ~ledger() = default;
};

/// Hears the answers. By then the sale has heard the word that came with them. Records live as long
/// as the call.
class ledger_listener {
  public:
    /// `errand::reserve`: `what` is `sold` (taken by this call), `repeated` (the id is known; its
    /// record may say that it has ended) or a refusal; `record` is given with the first two.
    virtual void reserved(purchase& one, outcome what, const reservation* record) = 0;

    /// `errand::look_up` and `errand::show`: nullptr if the ledger has no such id.
    virtual void looked_up(purchase& one, const reservation* record) = 0;

    /// `errand::settle`. `record` is the reservation as it is now, with `rebought` the new one;
    /// nullptr with `unknown`, `frozen` and `missing`.
    virtual void settled(purchase& one, settle_result what, const reservation* record) = 0;

    /// No answer to any errand, and none will come.
    virtual void failed(purchase& one, errc why) = 0;

  protected:
    ~ledger_listener() = default;
};

}  // namespace onsale
