#pragma once

#include "onsale/core/clock.hpp"
#include "onsale/core/ids.hpp"
#include "onsale/core/local_stock.hpp"
#include "onsale/core/word.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

// A sale as a node knows it.

namespace onsale {

/// Never changes while the sale lives; read once, when the node first hears of the sale.
struct sale_facts {
    sale_id id;
    sale_salt salt{};
};

/// One sale, shared by all threads of a node; lives as long as the node.
///
/// Thread safety: any number of threads, all of it atomic.
class sale {
  public:
    sale(const sale_facts& facts, const word& first, std::int64_t tokens)
        : facts_{facts}, stock_{tokens} {
        hear(first);
        told_.store(first.state);
    }

    [[nodiscard]] std::string_view id() const noexcept {
        return {facts_.id.data(), facts_.id.size()};
    }
    [[nodiscard]] const sale_salt& salt() const noexcept { return facts_.salt; }

    [[nodiscard]] local_stock& stock() noexcept { return stock_; }
    [[nodiscard]] word says() const noexcept { return word_.read(); }
    void hear(const word& next) noexcept { word_.learn(next); }

    /// Something about the sale is being asked now (L12).
    void asked(time_point now) noexcept { asked_.store(now.time_since_epoch().count()); }

    /// True for the one caller who is to poll: nothing was asked for `limits::poll_after`.
    [[nodiscard]] bool claim_poll(time_point now) noexcept {
        auto last = asked_.load();
        const auto due = time_point{time_point::duration{last}} + limits::poll_after;
        return now >= due && asked_.compare_exchange_strong(last, now.time_since_epoch().count());
    }

    /// True for the one caller who is to expire what is due: by the ledger's clock, as far as the
    /// word tells it, a hold is past its pay-by, and the last sweep is `rest` ago.
    [[nodiscard]] bool claim_sweep(time_point now, std::chrono::milliseconds rest) noexcept {
        const auto w = says();
        if (!w.is_due(w.now_at(now))) return false;
        auto last = swept_.load();
        return now >= time_point{time_point::duration{last}} + rest &&
               swept_.compare_exchange_strong(last, now.time_since_epoch().count());
    }

    /// True for the one caller who is to tell that the state has become `state`.
    [[nodiscard]] bool claim_news(sale_state state) noexcept {
        return told_.exchange(state) != state;
    }

    /// The number of this purchase among all that this node was asked for (`localSales`).
    std::int64_t count_attempt() noexcept {
        return attempts_.fetch_add(1, std::memory_order_relaxed) + 1;  // a count, orders nothing
    }

  private:
    const sale_facts facts_;
    local_stock stock_;
    word_cell word_;
    std::atomic<std::int64_t> asked_{0};
    std::atomic<std::int64_t> swept_{0};
    std::atomic<std::int64_t> attempts_{0};
    std::atomic<sale_state> told_{sale_state::unknown};
};

}  // namespace onsale
