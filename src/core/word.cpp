#include "onsale/core/word.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/sabotage.hpp"

#include <thread>
#include <utility>

namespace onsale {

namespace {

constexpr std::array<std::pair<sale_state, std::string_view>, 7> state_names{{
    {sale_state::unknown, "unknown"},
    {sale_state::open, "open"},
    {sale_state::paused, "paused"},
    {sale_state::closed, "closed"},
    {sale_state::frozen, "frozen"},
    {sale_state::missing, "missing"},
    {sale_state::removed, "removed"},
}};

}  // namespace

std::string_view name_of(sale_state state) noexcept {
    for (const auto& [value, name] : state_names) {
        if (value == state) return name;
    }
    ONSALE_ASSERT(false);
    return {};
}

sale_state parse_state(std::string_view name) noexcept {
    for (const auto& [value, known] : state_names) {
        if (known == name) return value;
    }
    return sale_state::unknown;
}

word newer(const word& held, const word& next) noexcept {
    if (sabotage::is(sabotage::mutant::older_word_wins)) return next;
    const bool later_epoch = next.at.epoch > held.at.epoch;
    if (next.overrides()) {
        // Old news: asked before a rebuild that is already known.
        if (held.at.epoch > next.at.epoch && next.sent < held.sent) return held;
        word result = next;
        if (held.at > result.at) {
            result.at = held.at;  // the pair held before is still the one sent
            result.last = held.last;
            result.next = held.next;
        }
        return result;
    }
    if (held.overrides()) {
        // What was asked for so long after it was answered after it.
        const bool is_back = next.at >= held.at && next.sent > held.sent + limits::reply_deadline;
        return later_epoch || is_back ? next : held;
    }
    if (next.at > held.at) return next;
    if (next.at == held.at && next.sent > held.sent) return next;
    return held;
}

word_cell::packed word_cell::pack(const word& w) noexcept {
    return {w.at.epoch,
            w.at.version,
            static_cast<std::int64_t>(w.state),
            w.total,
            w.sold,
            w.paid,
            w.opens,
            w.now,
            w.sent.time_since_epoch().count(),
            w.ordered.epoch,
            w.ordered.version,
            w.due,
            w.letters,
            w.last,
            w.next};
}

word word_cell::unpack(const packed& values) noexcept {
    word w;
    w.at = {values[0], values[1]};
    w.state = static_cast<sale_state>(values[2]);
    w.total = values[3];
    w.sold = values[4];
    w.paid = values[5];
    w.opens = values[6];
    w.now = values[7];
    w.sent = time_point{time_point::duration{values[8]}};
    w.ordered = {values[9], values[10]};
    w.due = values[11];
    w.letters = values[12];
    w.last = values[13];
    w.next = values[14];
    return w;
}

word_cell::packed word_cell::load() const noexcept {
    packed values;
    // Acquire: the check of the sequence that follows cannot move before these loads.
    for (std::size_t i = 0; i < fields; ++i) {
        values[i] = values_[i].load(std::memory_order_acquire);
    }
    return values;
}

word word_cell::read() const noexcept {
    for (;;) {
        // Acquire: pairs with the writer's release of an even sequence.
        const auto before = sequence_.load(std::memory_order_acquire);
        if (before % 2 == 0) {
            const auto values = load();
            // Relaxed: the acquire loads above keep it behind them.
            if (sequence_.load(std::memory_order_relaxed) == before) return unpack(values);
        }
        std::this_thread::yield();
    }
}

void word_cell::learn(const word& next) noexcept {
    auto sequence = sequence_.load();
    while (sequence % 2 != 0 || !sequence_.compare_exchange_weak(sequence, sequence + 1)) {
        std::this_thread::yield();
        sequence = sequence_.load();
    }
    const auto values = pack(newer(unpack(load()), next));
    // Release: a reader that sees one of these also sees the odd sequence before it.
    for (std::size_t i = 0; i < fields; ++i) {
        values_[i].store(values[i], std::memory_order_release);
    }
    sequence_.store(sequence + 2, std::memory_order_release);  // pairs with read's acquire
}

}  // namespace onsale
