#pragma once

#include "onsale/core/clock.hpp"
#include "onsale/core/ids.hpp"
#include "onsale/core/settlement.hpp"

#include <boost/intrusive/slist.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

// A purchase on its way to the ledger and back.

namespace onsale {

class local_sale;

/// What is asked of the ledger for it.
enum class errand : std::uint8_t {
    reserve,  ///< take the tickets
    look_up,  ///< see whether this id has them already, and what the word is (L11, L13)
    show,     ///< just the record, for a viewer
    settle,   ///< pay or cancel a reservation
};

/// True for an errand that changes the ledger: if its reply is lost, it may have run.
[[nodiscard]] constexpr bool changes_ledger(errand asks) noexcept {
    return asks == errand::reserve || asks == errand::settle;
}

/// Owned by the thread's pool; on one list at a time.
struct purchase : boost::intrusive::slist_base_hook<> {
    local_sale* on = nullptr;
    std::uint64_t tag = 0;  ///< the caller's own: who is waiting for the answer
    std::int64_t attempt = 0;
    time_point deadline{};
    id_digits id{};
    buyer_name buyer;
    std::uint32_t quantity = 1;
    settlement settles;  ///< with `errand::settle`
    errand asks = errand::reserve;
    bool may_have_run = false;  ///< was sent on a connection that then fell silent
};

using purchase_queue = boost::intrusive::slist<purchase, boost::intrusive::cache_last<true>,
                                               boost::intrusive::constant_time_size<true>>;

/// The purchases of one thread: allocated in blocks as the crowd grows, at most `limits::waiting`,
/// and kept. One thread.
class purchase_pool {
  public:
    /// An empty purchase, or nullptr when all are waiting.
    [[nodiscard]] purchase* take();

    void give_back(purchase& one) noexcept;

    [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }

  private:
    static constexpr std::size_t block = 256;

    std::vector<std::unique_ptr<purchase[]>> blocks_;
    purchase_queue free_;
    std::size_t in_use_ = 0;
};

}  // namespace onsale
