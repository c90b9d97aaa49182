#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// What the three strategies have in common: the shop that buyers see.

namespace onsale::bench {

/// What became of a buyer's money, which the payment side has taken before the shop hears of it.
enum class payment_result : std::uint8_t {
    ticket,      ///< it bought one
    nothing,     ///< it bought none
    refund_due,  ///< it bought none, and the shop's books say that it is owed
};

/// What the order database says at the end. Rows with a ticket, not those that have lost it.
struct books {
    std::int64_t given = 0;      ///< rows
    std::int64_t different = 0;  ///< tickets in them
    std::int64_t paid = 0;       ///< tickets in those that are paid
};

/// One way to sell tickets, one to a buyer. Errors are exceptions: they end the measurement.
///
/// Thread safety: `order` and `pay` are called by all threads at once, each with a number of its
/// own below the number of threads.
class strategy {
  public:
    strategy() = default;
    strategy(const strategy&) = delete;
    strategy& operator=(const strategy&) = delete;
    virtual ~strategy() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    /// True: "it is yours, please pay". False: "sold out". Told once it is on disk.
    virtual bool order(std::size_t thread, std::int64_t buyer) = 0;

    /// The payment side says that this buyer, who has an order, has paid.
    virtual payment_result pay(std::size_t thread, std::int64_t buyer) = 0;

    /// Returns when all orders that are still unpaid have had their time. One thread.
    virtual void end_holds() {}

    /// Once all that was told is in the order database. One thread.
    [[nodiscard]] virtual books read_books() = 0;
};

}  // namespace onsale::bench
