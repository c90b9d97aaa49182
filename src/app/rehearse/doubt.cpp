#include "doubt.hpp"

#include "onsale/core/ids.hpp"

#include <spdlog/fmt/fmt.h>

#include <string_view>

namespace onsale::app {

namespace {

using state = reservation_state;

/// A winner, and what the ledger has.
class witness {
  public:
    witness(const rehearsal_plan& plan, std::int64_t buyer, const winner_story& winner,
            const ledger_picture& picture)
        : plan_{plan}, winner_{winner}, picture_{picture} {
        append_buyer(name_, plan.run, buyer);
    }

    [[nodiscard]] std::string doubt() const {
        const auto* record = find_record(picture_, winner_.reservation);
        if (record == nullptr) return "the ledger has no such reservation";
        if (record->buyer != name_) return fmt::format("it is {}'s", record->buyer);
        switch (winner_.settled) {
            case told::paid:
                return winner_.replaced_by.empty() ? of_paid(*record, winner_.ticket)
                                                   : of_replaced(*record);
            case told::refund_due:
                return of_refund(*record);
            case told::cancelled:
                return record->state == state::cancelled ? "" : is(*record);
            case told::refused:
                return name_of(record->state) == winner_.settled_reason ? "" : is(*record);
            default:  // nothing certain was told; whoever never asked has what was bought
                return winner_.was_settled() ? "" : of_held(*record);
        }
    }

  private:
    static std::string is(const reservation& record) {
        return fmt::format("it is {}", name_of(record.state));
    }

    static std::string has_ticket(const reservation& record, std::int64_t ticket) {
        bool only = !record.tickets.empty();
        const bool good =
            for_each_range(record.tickets, [&](std::int64_t first, std::int64_t last) {
                only = only && first == ticket && last == ticket;
            });
        if (good && only) return {};
        return fmt::format("told ticket {}, the ledger has {}", ticket, record.tickets);
    }

    /// Nobody asked for anything: held, or expired when its time was over (L19).
    [[nodiscard]] std::string of_held(const reservation& record) const {
        if (record.state == state::held) return has_ticket(record, winner_.ticket);
        const bool over = record.state == state::expired && record.settled >= record.pay_by;
        return over ? "" : is(record);
    }

    [[nodiscard]] std::string of_paid(const reservation& record, std::int64_t ticket) const {
        if (record.state != state::paid) return is(record);
        if (record.payment != name_) return fmt::format("it is paid by '{}'", record.payment);
        return has_ticket(record, ticket);
    }

    [[nodiscard]] std::string of_replaced(const reservation& record) const {
        if (is_live(record.state)) return is(record);
        const auto* bought = find_record(picture_, winner_.replaced_by);
        if (bought == nullptr) return "the ledger has no " + winner_.replaced_by;
        if (bought->buyer != name_) return fmt::format("the new one is {}'s", bought->buyer);
        return of_paid(*bought, winner_.new_ticket);
    }

    [[nodiscard]] std::string of_refund(const reservation& record) const {
        if (record.payment == name_) return is(record) + " by this very payment";
        if (record.refund_due >= plan_.price) return {};
        return fmt::format("a refund of {} is due, not of {}", record.refund_due, plan_.price);
    }

    const rehearsal_plan& plan_;
    const winner_story& winner_;
    const ledger_picture& picture_;
    std::string name_;
};

}  // namespace

const reservation* find_record(const ledger_picture& picture, const std::string& reservation_id) {
    const auto name = parse_reservation_id(reservation_id);
    return name ? picture.find(view(name->digits)) : nullptr;
}

std::string doubt_about(const rehearsal_plan& plan, std::int64_t buyer, const winner_story& winner,
                        const ledger_picture& picture) {
    return witness{plan, buyer, winner, picture}.doubt();
}

}  // namespace onsale::app
