#include "settle_call.hpp"

#include "scripts.hpp"

#include "onsale/core/limits.hpp"

#include <array>

namespace onsale::redis {

void begin_settle(command_writer& command, const sale& on, late_payments late, std::size_t sweep,
                  std::size_t calls) {
    constexpr std::array<std::string_view, 7> parts{"",     "reservations", "buyers", "due",
                                                    "free", "journal",      "refunds"};
    const auto held = on.says().at;
    command.begin(3 + parts.size() + 5 + 5 * calls);
    command.add("EVALSHA");
    command.add(settle_script().sha);
    command.add(static_cast<std::int64_t>(parts.size()));
    for (const auto part : parts) {
        command.add_key(on.id(), part);
    }
    command.add(held.epoch);
    command.add(held.version);
    command.add(static_cast<std::int64_t>(limits::reservations_per_buyer));
    command.add(late == late_payments::rebuy ? "rebuy" : "refuse");
    command.add(static_cast<std::int64_t>(sweep));
}

}  // namespace onsale::redis
