#include "database.hpp"

#include "onsale/core/text.hpp"

#include <soci/postgresql/soci-postgresql.h>

namespace onsale::orders {

namespace {

/// The writers' lock is an advisory lock with this number, held by the very session that writes:
/// when the session is gone, so are the lock and the right to commit.
constexpr const char* lock_number = "7214260301";

/// A column of many rows as the text of an array.
class array_text {
  public:
    void add(std::int64_t number) {
        separate();
        append_number(text_, number);
    }

    void add(std::string_view value) {
        separate();
        text_ += '"';
        for (const char c : value) {
            if (c == '"' || c == '\\') text_ += '\\';
            text_ += c;
        }
        text_ += '"';
    }

    [[nodiscard]] const std::string& finish() {
        text_ += text_.empty() ? "{}" : "}";
        return text_;
    }

  private:
    void separate() { text_ += text_.empty() ? '{' : ','; }

    std::string text_;
};

/// With `parameter` unless it is given already.
std::string with(const std::string& uri, const std::string& parameter) {
    const auto name = parameter.substr(0, parameter.find('=') + 1);
    if (uri.find(name) != std::string::npos) return uri;
    return uri + (uri.find('?') == std::string::npos ? '?' : '&') + parameter;
}

class postgresql_database final : public database {
  public:
    explicit postgresql_database(const std::string& uri) {
        // One that has vanished is noticed: a server from here, also while only its answer is
        // waited for, and we (below) from there.
        auto watched = uri;
        for (const auto* setting :
             {"connect_timeout=3", "tcp_user_timeout=10000", "keepalives_idle=5",
              "keepalives_interval=2", "keepalives_count=3"}) {
            watched = with(watched, setting);
        }
        sql().open(soci::postgresql, watched);
        sql() << "SET client_min_messages = warning";
        sql() << "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2;"
                 " SET tcp_keepalives_count = 3";
        sql() << "SET idle_in_transaction_session_timeout = '10s'";
        sql() << "SET lock_timeout = '5s'";
        std::string synced;
        sql() << "SHOW synchronous_commit", soci::into(synced);
        if (synced == "off") sql() << "SET synchronous_commit = on";
    }

    bool try_lock() override {
        int taken = 0;
        sql() << std::string{"SELECT CASE WHEN pg_try_advisory_lock("} + lock_number +
                     ") THEN 1 ELSE 0 END",
            soci::into(taken);
        return taken == 1;
    }

    void begin_snapshot() override { sql() << "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"; }

    /// All rows in one statement: one round trip, and the server's work on sets.
    void write_orders(std::string_view sale, std::span<const order_row> rows) override {
        array_text id, buyer, quantity, tickets, state, reserved, pay_by, settled, payment,
            refund_due, epoch, version, place;
        for (const auto& row : rows) {
            const auto& record = row.record;
            id.add(reservation_id(sale, record.digits));
            buyer.add(record.buyer);
            quantity.add(record.quantity);
            tickets.add(record.tickets);
            state.add(name_of(record.state));
            reserved.add(record.reserved);
            pay_by.add(record.pay_by);
            settled.add(record.settled);
            payment.add(record.payment);
            refund_due.add(record.refund_due);
            epoch.add(record.written.epoch);
            version.add(record.written.version);
            place.add(row.place);
        }
        const std::string name{sale};
        sql() << std::string{"INSERT INTO "} + columns +
                     " SELECT CAST(:sale AS text), r.* FROM unnest("
                     "CAST(:id AS text[]), CAST(:buyer AS text[]), CAST(:quantity AS bigint[]),"
                     "CAST(:tickets AS text[]), CAST(:state AS text[]),"
                     "CAST(:reserved AS bigint[]), CAST(:pay_by AS bigint[]),"
                     "CAST(:settled AS bigint[]), CAST(:payment AS text[]),"
                     "CAST(:refund_due AS bigint[]), CAST(:epoch AS bigint[]),"
                     "CAST(:version AS bigint[]), CAST(:place AS bigint[])) AS r" +
                     forward,
            soci::use(name), soci::use(id.finish()), soci::use(buyer.finish()),
            soci::use(quantity.finish()), soci::use(tickets.finish()), soci::use(state.finish()),
            soci::use(reserved.finish()), soci::use(pay_by.finish()), soci::use(settled.finish()),
            soci::use(payment.finish()), soci::use(refund_due.finish()), soci::use(epoch.finish()),
            soci::use(version.finish()), soci::use(place.finish());
    }

    /// By the SQL standard's classes: 22 data exception, 23 integrity constraint; and what a
    /// trigger of the operator's raises.
    bool is_refusal(const soci::soci_error& error) const override {
        const auto* own = dynamic_cast<const soci::postgresql_soci_error*>(&error);
        if (own == nullptr) return false;
        const auto state = own->sqlstate();
        return state.starts_with("22") || state.starts_with("23") || state == "P0001";
    }
};

}  // namespace

std::unique_ptr<database> open_postgresql(const std::string& uri) {
    return std::make_unique<postgresql_database>(uri);
}

}  // namespace onsale::orders
