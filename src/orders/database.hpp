#pragma once

#include "chapter.hpp"

#include <memory>
#include <soci/soci.h>
#include <span>
#include <string>
#include <string_view>

// What SQLite and PostgreSQL do differently. Everything here throws soci::soci_error.

namespace onsale::orders {

/// A connection whose commits are synced. One thread.
class database {
  public:
    database() = default;
    database(const database&) = delete;
    database& operator=(const database&) = delete;
    virtual ~database() = default;

    [[nodiscard]] soci::session& sql() noexcept { return sql_; }

    /// The one lock of all order writers of this database (L24). Once taken it is held until this
    /// is gone, and goes at the latest with the process. False: somebody else has it.
    [[nodiscard]] virtual bool try_lock() = 0;

    /// Inserts the rows, or moves those that are there forward. All of them, or an error.
    virtual void write_orders(std::string_view sale, std::span<const order_row> rows) = 0;

    /// It is the row that is no good, not the database.
    [[nodiscard]] virtual bool is_refusal(const soci::soci_error& error) const = 0;

    virtual void begin() { sql_ << "BEGIN"; }

    /// Begins to read: everything until the next `COMMIT` is of one instant.
    virtual void begin_snapshot() = 0;

  protected:
    /// What follows the rows' source in both dialects. Only forward: an older row changes nothing.
    static constexpr const char* forward =
        " ON CONFLICT (sale, reservation) DO UPDATE SET buyer = excluded.buyer,"
        " quantity = excluded.quantity, tickets = CASE WHEN excluded.tickets = ''"
        " THEN orders.tickets ELSE excluded.tickets END, state = excluded.state,"
        " reserved_ms = excluded.reserved_ms, pay_by_ms = excluded.pay_by_ms,"
        " settled_ms = excluded.settled_ms, payment = excluded.payment,"
        " refund_due = excluded.refund_due, epoch = excluded.epoch,"
        " version = excluded.version, place = excluded.place"
        " WHERE (orders.epoch, orders.version, orders.place)"
        " < (excluded.epoch, excluded.version, excluded.place)";
    static constexpr const char* columns =
        "orders (sale, reservation, buyer, quantity, tickets, state, reserved_ms, pay_by_ms,"
        " settled_ms, payment, refund_due, epoch, version, place)";

  private:
    soci::session sql_;
};

/// Makes the file, and the directory that it is in, if they are not there.
[[nodiscard]] std::unique_ptr<database> open_sqlite(const std::string& path);
[[nodiscard]] std::unique_ptr<database> open_postgresql(const std::string& uri);

/// SALE.DIGITS
[[nodiscard]] inline std::string reservation_id(std::string_view sale, std::string_view digits) {
    std::string id{sale};
    id += '.';
    return id.append(digits);
}

}  // namespace onsale::orders
