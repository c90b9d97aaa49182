#pragma once

#include "ledger_picture.hpp"

#include "onsale/orders/snapshot.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The law of a sale (design §1, L1, L2), checked on a picture of the ledger, and its orders beside
// it. Knows no Redis and no database.

namespace onsale::app {

/// The parts of the law, in the order in which they are shown.
enum class audit_law : std::uint8_t {
    counters,  ///< from one atomic step, like the next two: exact on a moving sale, too
    stock,
    journal,
    held,  ///< sums over the records: only a picture that is exact can be held against them
    paid,
    records,  ///< from here on entry by entry
    tickets,
    free_numbers,
    buyers,
    due,
    owed,
    position,  ///< from here on against the orders
    rows,
    recorded,
    order_tickets,
    order_refunds,
};

inline constexpr std::size_t audit_laws = 16;

/// The word for programs, e.g. `free_numbers`.
[[nodiscard]] std::string_view name_of(audit_law law) noexcept;
/// What has to be true, for people.
[[nodiscard]] std::string_view sentence_of(audit_law law) noexcept;

struct difference {
    audit_law law;
    std::string sentence;

    friend bool operator==(const difference&, const difference&) = default;
};

/// What one part of the law came to.
struct law_result {
    bool compared = true;  ///< false: the sale moves, or there are no orders
    std::int64_t checked = 0;
    std::int64_t differences = 0;
};

/// Where the orders are.
struct orders_summary {
    ledger_version position;
    std::int64_t behind = 0;  ///< versions that are not in them yet
    std::int64_t lag_ms = 0;  ///< of the last commit's oldest record
    std::int64_t rows = 0;
    std::int64_t letters = 0;  ///< open dead letters
};

struct audit_report {
    bool exact = false;  ///< nothing changed while the ledger was read
    law_counters counters;
    std::int64_t reservations = 0;
    std::int64_t refunds_due = 0;          ///< payments that are owed to their payers,
    std::int64_t refunds_due_sum = 0;      ///< and how much that is
    std::optional<orders_summary> orders;  ///< nothing: they were not compared
    std::array<law_result, audit_laws> results{};
    std::vector<difference> differences;  ///< at most `limits::audit_differences` of each law

    [[nodiscard]] const law_result& of(audit_law law) const {
        return results[static_cast<std::size_t>(law)];
    }
    [[nodiscard]] std::int64_t difference_count() const;
    [[nodiscard]] bool holds() const { return difference_count() == 0; }
};

/// `orders` were read before the picture, and after the ledger had told that they were at
/// `ordered`; nullptr: they are not compared.
[[nodiscard]] audit_report check_law(const ledger_picture& picture,
                                     const orders::order_snapshot* orders = nullptr,
                                     ledger_version ordered = {});

/// Leaves in `report` what `earlier` had found as well: on a moving sale an entry read before and
/// one read after a change differ, but not twice in the same words. What comes from one atomic step
/// stays.
void keep_confirmed(audit_report& report, const audit_report& earlier);

}  // namespace onsale::app
