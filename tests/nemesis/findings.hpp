#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// What the checker looks at, and what it has found wrong.

namespace onsale::nemesis {

enum class check : std::uint8_t {
    acknowledged,  ///< a ticket told is in the ledger, its buyer's, once (P3, P9)
    once,          ///< one key bought at most once (P4)
    answer,        ///< an answer is what the API says, and what the journal says
    refused,       ///< who was told no for good holds nothing in the end (P2)
    sold_out,      ///< it was so at some moment from 1 s before the request (P5)
    door,          ///< paused and closed, the same
    tickets,       ///< numbers are unique and exist (P1)
    stock,         ///< never more sold than there are (P1)
    limit,         ///< no buyer ever had more than one may have (P6)
    ends_once,     ///< held → paid | cancelled | expired, paid → refunded (P7)
    pay_by,        ///< paid before its pay-by, expired not before (L21)
    journal,       ///< one version, one entry, none missing, none changed (L3)
    ledger,        ///< its records are what the journal tells
    orders,        ///< its rows are what the journal tells, each once (P8)
    audit,         ///< `onsale audit` says that the law holds
    money,         ///< every payment told has its ticket, or is owed, once (L22)
    sellable,      ///< the drain buys exactly the rest (P2)
    in_time,       ///< a node answers within 3 s (P12)
    comes_back,    ///< all is well again soon after a fault is over
    durability,    ///< a node refuses within a second when the ledger is not durable (L7)
    lost_ledger,   ///< frozen, told by the audit, rebuilt, sold on (P10)
    word,          ///< what a node knows never goes back (L4)
    quota,         ///< a node without top-up asks for no more than its local stock (L9, L14)
    lean,          ///< memory and descriptors are back to where they were (P11)
    crashed,       ///< no process of ours ends by itself
};

inline constexpr std::size_t checks = static_cast<std::size_t>(check::crashed) + 1;

[[nodiscard]] std::string_view name_of(check one) noexcept;

/// Counts what was found, and keeps some of it. One thread.
class findings {
  public:
    void add(check what, std::string sentence);
    /// How many things were looked at.
    void looked_at(check what, std::int64_t count = 1) { looked_at_[place(what)] += count; }
    void add_all(const findings& others);

    [[nodiscard]] std::int64_t count(check what) const { return found_[place(what)]; }
    [[nodiscard]] std::int64_t seen(check what) const { return looked_at_[place(what)]; }
    [[nodiscard]] std::int64_t total() const;
    /// For people, `CHECK: sentence`; some of each kind.
    [[nodiscard]] const std::vector<std::string>& sentences() const noexcept { return kept_; }

  private:
    static constexpr std::int64_t most_kept = 10;
    static std::size_t place(check what) { return static_cast<std::size_t>(what); }

    std::array<std::int64_t, checks> found_{};
    std::array<std::int64_t, checks> looked_at_{};
    std::vector<std::string> kept_;
};

}  // namespace onsale::nemesis
