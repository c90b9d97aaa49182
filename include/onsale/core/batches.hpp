#pragma once

#include "onsale/core/limits.hpp"
#include "onsale/core/purchase.hpp"

#include <boost/intrusive/list.hpp>

#include <array>
#include <cstddef>

// How purchases travel together (L16): what arrives while a batch of its sale is in flight leaves
// in the next one. The busier, the bigger.

namespace onsale {

class lane;

/// Purchases of one lane that were sent in one call. One of `limits::batches_in_flight`.
struct batch {
    lane* from = nullptr;  ///< nullptr: not in use
    purchase_queue items;
};

/// The queue of one (thread, sale, kind of errand). Reservations have a lane, look-ups another.
class lane : public boost::intrusive::list_base_hook<> {
  public:
    explicit lane(local_sale& on) noexcept : on_{on} {}

    [[nodiscard]] local_sale& on() const noexcept { return on_; }

  private:
    friend class batches;

    local_sale& on_;
    purchase_queue waiting_;
    time_point rests_until_{};
    bool in_flight_ = false;
};

/// All lanes of one thread: who is next, who is in flight, who has waited too long. One thread.
///
/// Invariants: at most one batch of a lane is in flight and at most `limits::batches_in_flight` in
/// all; a lane is ready when it has purchases and none in flight; a lane keeps the order of
/// arrival.
class batches {
  public:
    void add(lane& to, purchase& one);

    /// The next batch to send, or nullptr. It stays in flight until `finish` or `put_back`.
    [[nodiscard]] batch* next(time_point now);

    /// All items of `one` have been taken off it; its lane may send again.
    void finish(batch& one);

    /// What is left of `one` goes back to the head of its lane, which sends nothing until `rested`:
    /// no other one waits for that.
    void put_back(batch& one, time_point rested = {});

    /// `items` go back to the head of `to`, from which they came.
    void put_back(lane& to, purchase_queue& items);

    /// Takes the purchases that wait past their deadline off their lanes and passes them to `late`.
    /// All are looked at: one that was looked up first stands behind others with more time left.
    template <class Function>
    void expire(time_point now, Function late);

  private:
    using lanes = boost::intrusive::list<lane, boost::intrusive::constant_time_size<false>>;

    void make_ready(lane& one);

    lanes ready_;
    std::array<batch, limits::batches_in_flight> in_flight_;
    // Lanes with purchases waiting behind a batch in flight are reached through in_flight_.
};

template <class Function>
void batches::expire(time_point now, Function late) {
    purchase_queue expired;
    const auto take = [&](lane& from) {
        from.waiting_.remove_and_dispose_if(
            [now](const purchase& one) { return one.deadline <= now; },
            [&](purchase* one) { expired.push_back(*one); });
    };
    for (auto at = ready_.begin(); at != ready_.end();) {
        auto& from = *at++;
        take(from);
        if (from.waiting_.empty()) ready_.erase(ready_.iterator_to(from));
    }
    for (auto& one : in_flight_) {
        if (one.from != nullptr) take(*one.from);
    }
    while (!expired.empty()) {
        auto& one = expired.front();
        expired.pop_front();
        late(one);
    }
}

}  // namespace onsale
