#pragma once

#include "onsale/core/ledger.hpp"
#include "onsale/core/sale_book.hpp"
#include "onsale/redis/endpoint.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

// A thread's link to the ledger: one connection, kept up; purchases in batches, resent with the
// same ids when a reply is lost; words, new sales, durability and memory watched (L5, L7, L12, L16,
// L18, L29).

namespace onsale::redis {

/// What becomes of a payment past the pay-by (L21).
enum class late_payments : std::uint8_t {
    rebuy,   ///< it buys the tickets again, if they can still be had
    refuse,  ///< it is owed to the payer
};

enum class durability : std::uint8_t { always, everysec, none };

/// What the link's thread writes and any thread may read.
struct link_status {
    std::atomic<bool> connected{false};  ///< greeted, scripts loaded, old connections fenced
    std::atomic<bool> fit{false};        ///< durable as the config asks for, and it lets us sell
    std::atomic<std::uint64_t> connects{0};
    std::atomic<std::uint64_t> fences{0};     ///< old connections killed before anything was resent
    std::atomic<std::uint64_t> batches{0};    ///< reserve calls
    std::atomic<std::uint64_t> purchases{0};  ///< purchases in them
    std::atomic<std::uint64_t> resent{0};     ///< purchases sent again with the same id
    std::atomic<std::uint64_t> look_ups{0};   ///< look-up calls
    std::atomic<std::uint64_t> polls{0};
    std::atomic<std::uint64_t> settle_calls{0};
    std::atomic<std::uint64_t> expired{0};  ///< reservations that this link swept
    // The ledger's memory, at most as old as the last check of its durability (L29).
    std::atomic<std::int64_t> memory_bytes{0};        ///< 0: not known, and so are the next two
    std::atomic<std::int64_t> memory_limit_bytes{0};  ///< 0: none
    std::atomic<double> memory_seconds_left{0};       ///< may be infinite
};

/// One thread, but for `status`. `io`, `book` and `listener` outlive it; the io_context must not
/// run any more when it is destroyed.
class link final : public ledger {
  public:
    struct settings {
        endpoint to;
        durability wanted = durability::always;
        late_payments late = late_payments::rebuy;
    };

    link(boost::asio::io_context& io, settings chosen, sale_book& book, ledger_listener& listener);
    ~link();

    /// Begins to connect, and goes on for ever.
    void start();

    /// Deadlines, polls, discovery, checks. Every `limits::tick`.
    void tick(time_point now);

    void submit(purchase& one) override;

    [[nodiscard]] const link_status& status() const noexcept;

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace onsale::redis
