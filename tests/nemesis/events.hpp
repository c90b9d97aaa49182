#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

// What has to happen sometimes, or a long run has not tested it.

namespace onsale::nemesis {

enum class event : std::uint8_t {
    doubt_was_sold,          ///< an unknown outcome, and the same key was told yes
    doubt_was_refused,       ///< an unknown outcome, and the same key was told no
    doubt_never_ran,         ///< nobody was told, and nothing was taken
    unclaimed_hold_expired,  ///< nobody was told, a ticket was taken, and came back
    sold_at_another_node,    ///< the first node did not tell, another one did
    accepted_then_ticket,    ///< a 202, and then the ticket
    repeat_was_known,        ///< a repeat got the ticket that the key had bought
    altered_repeat,          ///< a repeat for another quantity was refused
    repeat_had_ended,        ///< a repeat came after the end
    limit_reached,
    sold_out,
    too_few,
    sold_after_sold_out,  ///< tickets came back and were sold again
    paused,
    expired_while_paid,  ///< sent before the pay-by and too late when it came
    late_payment_rebought,
    late_payment_owed,
    second_payment_owed,
    payment_in_doubt,  ///< no answer, and then the payment's
    cancelled,
    granted_after_death,  ///< a node sold more than its local stock while another was dead
    fenced,               ///< an old connection was fenced
    sent_again,           ///< a purchase was sent again with the same id
    delivered_late,       ///< a request reached Redis after its sender had given up
    reply_lost,
    scripts_loaded_again,
    refused_as_not_durable,
    refused_as_full,      ///< 503, and Redis had no memory left
    stood_by_took_over,   ///< the order writer that stood by went on
    letter_was_resolved,  ///< an order that was refused became a row
    unsynced_was_gone,    ///< the power went, and with it bytes of the ledger's file
    paid_without_order,   ///< a payment was told, and its order was lost with the ledger
    rebuilt,              ///< a lost ledger was rebuilt and sold on
};

inline constexpr std::size_t events = static_cast<std::size_t>(event::rebuilt) + 1;

[[nodiscard]] std::string_view name_of(event one) noexcept;

class event_counts {
  public:
    void add(event one, std::int64_t count = 1) { counts_[static_cast<std::size_t>(one)] += count; }
    [[nodiscard]] std::int64_t of(event one) const {
        return counts_[static_cast<std::size_t>(one)];
    }

  private:
    std::array<std::int64_t, events> counts_{};
};

}  // namespace onsale::nemesis
