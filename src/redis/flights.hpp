#pragma once

#include "command.hpp"
#include "connection.hpp"

#include "onsale/core/batches.hpp"
#include "onsale/core/ledger.hpp"
#include "onsale/redis/link.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>

// Batches on their way to the ledger and back (L16, L18).

namespace onsale::redis {

/// One thread.
///
/// A reply is taken in when it lands and told to its buyers when `tell` is called: the next batch
/// leaves in between, and the ledger does not rest while they are answered.
///
/// Invariants: every purchase submitted is answered to the listener exactly once; a purchase that
/// may have run is never answered as if it had not; nothing is sent but on a connection that
/// `take_off` was told of, and by then every older one is fenced.
class flights {
  public:
    /// `on_landing` is called after each reply: whoever waited behind it may leave now, and then
    /// `tell` is to be called.
    flights(connection& over, ledger_listener& listener, link_status& status, late_payments late,
            std::function<void()> on_landing) noexcept;

    void submit(purchase& one);

    /// Sends what may be sent: called when the link is up, and after every landing.
    void take_off(time_point now);

    /// Answers those whose batches have landed.
    void tell();

    /// Answers those who have waited too long.
    void expire(time_point now);

    /// Answers everybody at once: the ledger must not be used.
    void refuse_all();

  private:
    struct flight final : public reply_handler {
        flights* owner = nullptr;
        batch* carried = nullptr;  // nullptr: on the ground
        time_point sent{};
        lane* from = nullptr;  // of those who are still to be told
        purchase_queue untold;
        std::string told;  // the ledger's reply to them

        void on_reply(const redisReply* answer) override { owner->landed(*this, answer); }
    };

    bool send(batch& one, time_point now);
    void count(errand asks, std::size_t items);
    void write_reserve(const batch& one, const local_sale& on);
    void write_look_up(const batch& one, const local_sale& on);
    void write_settle(const batch& one, const local_sale& on);
    void landed(flight& one, const redisReply* answer);
    bool take_in(flight& one, std::string_view reply);
    void give_up();
    void complain(std::string_view error);
    void lost(batch& carried, time_point rested = {});
    static void lost(purchase_queue& items);
    void proved_not_run(batch& carried, std::string_view error);
    void tell(flight& one);
    bool tell_next(purchase_queue& items, std::string_view line);
    bool tell_reserved(purchase& one, std::string_view line);
    bool tell_looked_up(purchase& one, std::string_view line);
    bool tell_settled(purchase& one, std::string_view line);

    connection& over_;
    ledger_listener& listener_;
    link_status& status_;
    const late_payments late_;
    const std::function<void()> on_landing_;
    batches batches_;
    std::array<flight, limits::batches_in_flight> flights_;
    command_writer command_;
    time_point complained_{};  // of a script that failed
};

}  // namespace onsale::redis
