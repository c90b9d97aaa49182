#include "migrations.hpp"
#include "store.hpp"

#include "onsale/core/limits.hpp"

#include <algorithm>
#include <utility>

// What is read of the order database beside the writer: nothing here changes a row but the claim of
// an epoch.

namespace onsale::orders {

using soci::into;
using soci::use;

namespace {

bool has_table(soci::session& sql, std::string_view wanted) {
    std::string name;
    soci::statement names = (sql.prepare_table_names(), into(name));
    names.execute();
    while (names.fetch()) {
        if (name == wanted) return true;
    }
    return false;
}

void read_position(soci::session& sql, const std::string& sale, order_snapshot& to) {
    long long epoch = 0;
    long long version = 0;
    long long claimed = 0;
    long long behind = 0;
    long long lag = 0;
    sql << "SELECT epoch, version, fingerprint, claimed, behind, lag_ms FROM positions"
           " WHERE sale = :sale",
        use(sale), into(epoch), into(version), into(to.fingerprint), into(claimed), into(behind),
        into(lag);
    to.is_followed = sql.got_data();
    if (!to.is_followed) return;
    to.position = {epoch, version};
    to.claimed = claimed;
    to.behind = behind;
    to.lag_ms = lag;
}

void read_terms(soci::session& sql, const std::string& sale, order_snapshot& to) {
    ordered_terms terms;
    long long epoch = 0, version = 0, total = 0, last = 0, hold = 0, limit = 0, price = 0,
              opens = 0, has_gap = 0;
    std::string state;
    sql << "SELECT epoch, version, state, total, last, withdrawn, withheld, hold_ms, buyer_limit, "
           "price,"
           " opens_ms, salt, has_gap FROM sales WHERE sale = :sale",
        use(sale), into(epoch), into(version), into(state), into(total), into(last),
        into(terms.withdrawn), into(terms.withheld), into(hold), into(limit), into(price),
        into(opens), into(terms.salt), into(has_gap);
    if (!sql.got_data()) return;
    terms.at = {epoch, version};
    terms.state = parse_state(state);
    terms.total = total;
    terms.last = last;
    terms.hold_ms = hold;
    terms.limit = limit;
    terms.price = price;
    terms.opens = opens;
    terms.has_gap = has_gap != 0;
    to.terms = std::move(terms);
}

/// SALE.DIGITS
std::string_view digits_of(std::string_view id) {
    return id.substr(id.size() - std::min(id.size(), limits::id_digits));
}

void read_orders(soci::session& sql, const std::string& sale, order_snapshot& to) {
    std::string id, buyer, tickets, state, payment;
    long long quantity = 0, reserved = 0, pay_by = 0, settled = 0, refund_due = 0, epoch = 0,
              version = 0;
    soci::statement rows =
        (sql.prepare << "SELECT reservation, buyer, quantity, tickets, state, reserved_ms,"
                        " pay_by_ms, settled_ms, payment, refund_due, epoch, version FROM orders"
                        " WHERE sale = :sale",
         use(sale), into(id), into(buyer), into(quantity), into(tickets), into(state),
         into(reserved), into(pay_by), into(settled), into(payment), into(refund_due), into(epoch),
         into(version));
    rows.execute();
    while (rows.fetch()) {
        const auto known = parse_reservation_state(state);
        if (!known) throw soci::soci_error{"an order is in no state that there is: " + state};
        to.orders.push_back({.digits = to.texts.keep(digits_of(id)),
                             .state = *known,
                             .quantity = quantity,
                             .tickets = to.texts.keep(tickets),
                             .pay_by = pay_by,
                             .reserved = reserved,
                             .settled = settled,
                             .written = {epoch, version},
                             .payment = to.texts.keep(payment),
                             .refund_due = refund_due,
                             .buyer = to.texts.keep(buyer)});
    }
    std::sort(to.orders.begin(), to.orders.end(),
              [](const auto& a, const auto& b) { return a.digits < b.digits; });
}

bool precedes(const ordered_refund& a, const ordered_refund& b) {
    return std::pair{a.digits, a.payment} < std::pair{b.digits, b.payment};
}

void read_refunds(soci::session& sql, const std::string& sale, order_snapshot& to) {
    std::string id, payment, state, reason;
    long long amount = 0, since = 0, done = 0;
    soci::statement rows = (sql.prepare << "SELECT reservation, payment, amount, state, reason,"
                                           " since_ms, done_ms FROM refunds WHERE sale = :sale",
                            use(sale), into(id), into(payment), into(amount), into(state),
                            into(reason), into(since), into(done));
    rows.execute();
    while (rows.fetch()) {
        to.refunds.push_back({to.texts.keep(digits_of(id)), to.texts.keep(payment), amount,
                              to.texts.keep(state), to.texts.keep(reason), since, done});
    }
    std::sort(to.refunds.begin(), to.refunds.end(), precedes);
}

void keep_order(const reservation& one, order_snapshot& to) {
    auto kept = one;
    kept.digits = to.texts.keep(one.digits);
    kept.tickets = to.texts.keep(one.tickets);
    kept.payment = to.texts.keep(one.payment);
    kept.buyer = to.texts.keep(one.buyer);
    to.lettered.push_back(kept);
}

void keep_refund(const ordered_refund& one, order_snapshot& to) {
    ordered_refund kept = one;
    for (auto* text : {&kept.digits, &kept.payment, &kept.state, &kept.reason})
        *text = to.texts.keep(*text);
    to.lettered_refunds.push_back(kept);
}

/// What open dead letters hold, as the writer would understand it if it tried them again.
void read_letters(const std::string& sale, const std::vector<dead_letter>& letters,
                  order_snapshot& to) {
    to.letters = static_cast<std::int64_t>(letters.size());
    for (const auto& letter : letters) {
        chapter again{{sale, letter.at}};
        again.take_again(letter);
        if (!again.letters().empty()) to.unreadable.push_back(letter.at);
        for (const auto& row : again.orders())
            keep_order(row.record, to);
        for (const auto& row : again.refunds())
            keep_refund(row, to);
    }
    std::stable_sort(to.lettered.begin(), to.lettered.end(), [](const auto& a, const auto& b) {
        return std::pair{a.digits, b.written} < std::pair{b.digits, a.written};
    });
    const auto same = [](const auto& a, const auto& b) { return a.digits == b.digits; };
    to.lettered.erase(std::unique(to.lettered.begin(), to.lettered.end(), same), to.lettered.end());
    std::sort(to.lettered_refunds.begin(), to.lettered_refunds.end(), precedes);
}

bool claim(soci::session& sql, const std::string& sale, const order_snapshot& read,
           std::int64_t epoch) {
    const long long next = epoch;
    const long long seen_epoch = read.position.epoch;
    const long long seen_version = read.position.version;
    const long long seen_claim = read.claimed;
    soci::statement update =
        (sql.prepare << "UPDATE positions SET claimed = :next WHERE sale = :sale"
                        " AND epoch = :epoch AND version = :version AND fingerprint = :seen"
                        " AND claimed = :claimed",
         use(next), use(sale), use(seen_epoch), use(seen_version), use(read.fingerprint),
         use(seen_claim));
    update.execute(true);
    return update.get_affected_rows() == 1;
}

}  // namespace

or_complaint<order_snapshot> store::read(const std::string& sale) {
    return guarded([&] {
        order_snapshot snapshot;
        auto& sql = database_->sql();
        check_schema(sql);
        database_->begin_snapshot();
        read_position(sql, sale, snapshot);
        read_terms(sql, sale, snapshot);
        read_orders(sql, sale, snapshot);
        read_refunds(sql, sale, snapshot);
        read_letters(sale, select_open_letters(sale), snapshot);
        sql << "COMMIT";
        return snapshot;
    });
}

or_complaint<bool> store::knows(const std::string& sale) {
    return guarded([&] {
        int count = 0;
        auto& sql = database_->sql();
        if (!has_table(sql, "sales")) return false;  // no order writer has been here yet
        sql << "SELECT count(*) FROM sales WHERE sale = :sale", use(sale), into(count);
        return count > 0;
    });
}

or_complaint<bool> store::claim_epoch(const std::string& sale, const order_snapshot& read,
                                      std::int64_t epoch) {
    return guarded([&] {
        auto& sql = database_->sql();
        database_->begin();
        const bool is_ours = claim(sql, sale, read, epoch);
        sql << (is_ours ? "COMMIT" : "ROLLBACK");
        return is_ours;
    });
}

or_complaint<order_snapshot> read_snapshot(const database_address& where, const std::string& sale) {
    auto opened = store::open_existing(where);
    if (!opened) return opened.error();
    return (*opened)->read(sale);
}

or_complaint<bool> is_known_sale(const database_address& where, const std::string& sale) {
    if (!may_exist(where)) return false;
    auto opened = store::open_existing(where);
    if (!opened) return opened.error();
    return (*opened)->knows(sale);
}

or_complaint<bool> claim_epoch(const database_address& where, const std::string& sale,
                               const order_snapshot& read, std::int64_t epoch) {
    auto opened = store::open_existing(where);
    if (!opened) return opened.error();
    return (*opened)->claim_epoch(sale, read, epoch);
}

}  // namespace onsale::orders
