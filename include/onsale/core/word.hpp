#pragma once

#include "onsale/core/clock.hpp"

#include <array>
#include <atomic>
#include <compare>
#include <cstdint>
#include <string_view>

// A sale's word: what the ledger last said of it, and when that was asked (L3, L4).

namespace onsale {

enum class sale_state : std::uint8_t { unknown, open, paused, closed, frozen, missing, removed };

[[nodiscard]] std::string_view name_of(sale_state state) noexcept;
[[nodiscard]] sale_state parse_state(std::string_view name) noexcept;

/// (epoch, version), compared as a pair, epoch first. Every change of a sale is one version.
struct ledger_version {
    std::int64_t epoch = 0;
    std::int64_t version = 0;

    friend constexpr auto operator<=>(const ledger_version&, const ledger_version&) = default;
};

/// Counts are tickets. `sent` is on this machine's monotonic clock, everything else is the
/// ledger's.
struct word {
    ledger_version at;
    sale_state state = sale_state::unknown;
    std::int64_t total = 0;
    std::int64_t sold = 0;
    std::int64_t paid = 0;
    std::int64_t last = 0;     ///< highest ticket number ever created
    std::int64_t next = 1;     ///< first ticket number never issued
    ledger_version ordered;    ///< records up to here have their order row (L26)
    std::int64_t letters = 0;  ///< but these, which have an open dead letter (L27)
    ledger_ms opens = 0;       ///< when the sale opens
    ledger_ms due = 0;         ///< when somebody's pay-by may be over; 0: nobody holds
    ledger_ms now = 0;         ///< when the ledger said this
    time_point sent{};         ///< when the command that asked for it was sent

    [[nodiscard]] std::int64_t remaining() const noexcept { return total - sold; }
    [[nodiscard]] std::int64_t held() const noexcept { return sold - paid; }

    /// The instant on the monotonic clock before which the sale is certainly not open (L11).
    [[nodiscard]] time_point opens_at() const noexcept {
        return opens > now ? sent + std::chrono::milliseconds{opens - now} : time_point::min();
    }

    /// It is certain that what was written at `then` has its order row.
    [[nodiscard]] bool has_ordered(ledger_version then) const noexcept {
        return then <= ordered && letters == 0;
    }

    /// The ledger's clock at `then`, or a little later than it.
    [[nodiscard]] ledger_ms now_at(time_point then) const noexcept {
        return now + std::chrono::duration_cast<std::chrono::milliseconds>(then - sent).count();
    }

    /// Holds may have to be expired, when the ledger's clock says `then`.
    [[nodiscard]] bool is_due(ledger_ms then) const noexcept {
        return due != 0 && due <= then && !overrides();
    }

    /// `frozen` and `missing` override whatever is held, until a higher epoch, or until the ledger
    /// is there again and has lost nothing.
    [[nodiscard]] bool overrides() const noexcept {
        return state == sale_state::frozen || state == sale_state::missing;
    }
};

/// What is held after `next` was heard while `held` was held: the newer of the two (L4). What a
/// ledger that went back no longer knows is kept: the pair, and which numbers were issued (L28).
[[nodiscard]] word newer(const word& held, const word& next) noexcept;

/// The newest word of a sale, shared by all threads of a node.
///
/// Thread safety: any number of readers and writers.
/// Invariants: a reader gets one word that was published, never parts of two; what is held only
/// moves on by `newer`.
class word_cell {
  public:
    [[nodiscard]] word read() const noexcept;

    /// Takes `next` in if it is newer than what is held.
    void learn(const word& next) noexcept;

  private:
    static constexpr std::size_t fields = 15;
    using packed = std::array<std::int64_t, fields>;

    static packed pack(const word& w) noexcept;
    static word unpack(const packed& values) noexcept;
    [[nodiscard]] packed load() const noexcept;

    std::atomic<std::uint64_t> sequence_{0};  // odd while a writer is at work
    std::array<std::atomic<std::int64_t>, fields> values_{};
};

}  // namespace onsale
