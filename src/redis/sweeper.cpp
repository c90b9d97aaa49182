#include "sweeper.hpp"

#include "greeting.hpp"
#include "settle_call.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/word_line.hpp"

#include <hiredis/hiredis.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace onsale::redis {

/// Waits for what one sweep came to. A reply that never comes costs nothing: the sale is still due,
/// and is swept again.
class sweeper::broom final : public reply_handler {
  public:
    broom(sweeper& owner, sale& about, time_point sent) noexcept
        : owner_{owner}, about_{about}, sent_{sent} {}

    void on_reply(const redisReply* answer) override {
        const std::unique_ptr<broom> self{this};  // the last one to hear of it
        if (answer == nullptr || answer->str == nullptr) return;
        std::string_view text{answer->str, static_cast<std::size_t>(answer->len)};
        if (text.starts_with("NOSCRIPT")) return load_scripts_again(owner_.over_);
        if (answer->type == REDIS_REPLY_ERROR) {
            spdlog::warn("sale {}: holds past their pay-by cannot be expired: {}", about_.id(),
                         text);
            return;
        }
        const auto line = parse_word_line(cut(text, '\n'));
        if (!line || cut(text, ' ') != "swept") return;
        const auto swept = parse_integer(text).value_or(0);
        if (!hear(about_, *line, sent_)) return;
        owner_.status_.expired.fetch_add(static_cast<std::uint64_t>(swept),
                                         std::memory_order_relaxed);  // a count, orders nothing
        // One sweep takes only so many; it leaves nothing due for good, so this ends.
        if (line->says.is_due(line->says.now)) owner_.sweep_one(about_, monotonic::now());
    }

  private:
    sweeper& owner_;
    sale& about_;
    time_point sent_;
};

void sweeper::sweep(time_point now) {
    if (sales_.size() != book_.size()) {
        const auto more = book_.from(sales_.size());
        sales_.insert(sales_.end(), more.begin(), more.end());
    }
    std::uniform_int_distribution<std::int64_t> jitter{0, limits::sweep_rest.count()};
    for (auto* one : sales_) {
        const auto rest = limits::sweep_rest + std::chrono::milliseconds{jitter(chance_)};
        if (one->claim_sweep(now, rest)) sweep_one(*one, now);
    }
}

void sweeper::sweep_one(sale& about, time_point now) {
    begin_settle(command_, about, late_payments::refuse, limits::sweep, 0);
    auto waiting = std::make_unique<broom>(*this, about, now);
    if (!over_.send(command_.text(), *waiting, now)) return;
    (void)waiting.release();  // it deletes itself when it is answered
}

}  // namespace onsale::redis
