#include "onsale/core/verdict.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/sabotage.hpp"

namespace onsale {

bool is_selling(const word& w, time_point now) noexcept {
    return w.state == sale_state::open && now >= w.opens_at();
}

judgement judge(const word& w, std::int64_t quantity, time_point now) noexcept {
    ONSALE_ASSERT(quantity > 0);
    const bool fresh =
        now - w.sent < limits::word_age || sabotage::is(sabotage::mutant::stale_word_says_sold_out);
    const auto refuse = [fresh](outcome why) {
        return fresh ? judgement{verdict::refuse, why} : judgement{verdict::stale};
    };
    switch (w.state) {
        case sale_state::frozen:
            return {verdict::refuse, outcome::frozen};
        case sale_state::missing:
            return {verdict::refuse, outcome::missing};
        case sale_state::removed:
        case sale_state::closed:
            return refuse(outcome::closed);
        case sale_state::paused:
            return refuse(outcome::paused);
        case sale_state::unknown:
            return {verdict::stale};
        case sale_state::open:
            break;
    }
    if (now < w.opens_at()) return {verdict::refuse, outcome::not_open};
    if (w.remaining() >= quantity) return {verdict::enough};
    return refuse(w.remaining() == 0 ? outcome::sold_out : outcome::too_few);
}

}  // namespace onsale
