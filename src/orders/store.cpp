#include "store.hpp"

#include "migrations.hpp"

#include "onsale/core/sabotage.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace onsale::orders {

using soci::into;
using soci::use;

namespace {

/// SOCI takes text as std::string.
std::string text(std::string_view from) {
    return std::string{from};
}

/// All of why there is no connection, in one line.
std::string one_line(const soci::soci_error& error) {
    auto line = error.get_error_message();
    while (!line.empty() && line.back() == '\n')
        line.pop_back();
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

}  // namespace

bool may_exist(const database_address& where) {
    return where.is != database_address::kind::sqlite || std::filesystem::exists(where.where);
}

std::string first_line(const soci::soci_error& error) {
    auto line = error.get_error_message();
    line.resize(std::min(line.find('\n'), line.size()));
    return line;
}

template <class Action>
std::string store::attempt(Action act) {
    auto& sql = database_->sql();
    sql << "SAVEPOINT attempt";
    try {
        act();
    } catch (const soci::soci_error& error) {
        if (!database_->is_refusal(error)) throw;
        sql << "ROLLBACK TO SAVEPOINT attempt";
        sql << "RELEASE SAVEPOINT attempt";
        return "the database refuses the row: " + first_line(error);
    }
    sql << "RELEASE SAVEPOINT attempt";
    return {};
}

or_complaint<std::unique_ptr<store>> store::open(const database_address& where) {
    const bool is_sqlite = where.is == database_address::kind::sqlite;
    try {
        return std::unique_ptr<store>{new store{
            where.name, is_sqlite ? open_sqlite(where.where) : open_postgresql(where.where)}};
    } catch (const soci::soci_error& error) {
        return complaint{where.name + ": " + one_line(error)};
    } catch (const std::filesystem::filesystem_error& error) {
        return complaint{where.name + ": " + error.what()};
    }
}

or_complaint<std::unique_ptr<store>> store::open_existing(const database_address& where) {
    if (!may_exist(where)) return complaint{where.name + ": there is no such file"};
    return open(where);
}

or_complaint<bool> store::try_lock() {
    return guarded([&] { return database_->try_lock(); });
}

or_complaint<void> store::migrate() {
    return guarded([&] { orders::migrate(database_->sql()); });
}

or_complaint<std::vector<stored_sale>> store::sales() {
    return guarded([&] {
        std::vector<stored_sale> all;
        stored_sale one;
        std::string state;
        long long epoch = 0;
        long long version = 0;
        long long claimed = 0;
        soci::statement rows =
            (database_->sql().prepare
                 << "SELECT p.sale, p.epoch, p.version, p.fingerprint, p.claimed,"
                    " COALESCE(s.salt, ''), COALESCE(s.state, '') FROM positions p"
                    " LEFT JOIN sales s ON s.sale = p.sale",
             into(one.position.sale), into(epoch), into(version), into(one.fingerprint),
             into(claimed), into(one.salt), into(state));
        rows.execute();
        while (rows.fetch()) {
            one.position.at = {epoch, version};
            one.claimed = claimed;
            one.state = parse_state(state);
            all.push_back(one);
        }
        return all;
    });
}

or_complaint<void> store::follow(const std::string& sale) {
    return guarded([&] {
        database_->sql() << "INSERT INTO positions (sale, epoch, version, fingerprint, lag_ms,"
                            " behind, committed_ms) VALUES (:sale, 0, 0, '', 0, 0, 0)"
                            " ON CONFLICT (sale) DO NOTHING",
            use(sale);
    });
}

or_complaint<committed> store::commit(const chapter& of, const commit_notes& notes) {
    return guarded([&] {
        committed done;
        auto& sql = database_->sql();
        database_->begin();
        if (!move_position(of, notes)) {
            sql << "ROLLBACK";
            done.moved = true;
            return done;
        }
        if (sabotage::is(sabotage::mutant::position_apart)) {
            sql << "COMMIT";
            database_->begin();
        }
        done.letters = write_rows(of);
        write_letters(of.sale(), done.letters);
        if (notes.has_letters) resolve_letters(of.sale());
        sabotage::pass(sabotage::failpoint::before_commit);
        sql << "COMMIT";
        sabotage::pass(sabotage::failpoint::after_commit);
        return done;
    });
}

/// Compare-and-set (L24): false if somebody has moved it meanwhile, or begun to rebuild the sale.
bool store::move_position(const chapter& of, const commit_notes& notes) {
    const long long to_epoch = of.to().epoch;
    const long long to_version = of.to().version;
    const long long from_epoch = of.from().epoch;
    const long long from_version = of.from().version;
    const long long lag = notes.lag;
    const long long behind = notes.behind;
    const long long now = notes.now;
    const long long claimed = notes.claimed;
    soci::statement update =
        (database_->sql().prepare
             << "UPDATE positions SET epoch = :to_epoch, version = :to_version,"
                " fingerprint = :fingerprint, lag_ms = :lag, behind = :behind, committed_ms = :now"
                " WHERE sale = :sale AND epoch = :from_epoch AND version = :from_version"
                " AND fingerprint = :from_fingerprint AND claimed = :claimed",
         use(to_epoch), use(to_version), use(of.fingerprint()), use(lag), use(behind), use(now),
         use(of.sale()), use(from_epoch), use(from_version), use(of.from_fingerprint()),
         use(claimed));
    update.execute(true);
    return update.get_affected_rows() == 1;
}

std::vector<dead_letter> store::write_rows(const chapter& of) {
    auto letters = of.letters();
    write_changes(of);
    write_orders(of, 0, of.orders().size(), letters);
    write_refunds(of, letters);
    return letters;
}

void store::write_changes(const chapter& of) {
    for (const auto& change : of.changes()) {
        if (change.opens) {
            write_opening(of.sale(), change);
        } else {
            write_change(of.sale(), change);
        }
    }
}

void store::write_opening(const std::string& sale, const sale_change& change) {
    const auto state = text(change.state);
    const auto salt = text(change.salt);
    const long long total = change.total;
    const long long last = change.last;
    const long long hold = change.hold_ms;
    const long long limit = change.limit;
    const long long price = change.price;
    const long long opens = change.opens_ms;
    const long long epoch = change.at.epoch;
    const long long version = change.at.version;
    const long long has_gap = change.has_gap ? 1 : 0;
    database_->sql()
        << "INSERT INTO sales (sale, state, total, last, withdrawn, hold_ms, buyer_limit,"
           " price, opens_ms, salt, epoch, version, has_gap) VALUES (:sale, :state, :total, :last,"
           " '', :hold, :limit, :price, :opens, :salt, :epoch, :version, :gap)"
           " ON CONFLICT (sale) DO UPDATE SET state ="
           " CASE WHEN excluded.state = 'frozen' THEN sales.state ELSE excluded.state END,"
           " has_gap = CASE WHEN excluded.has_gap = 1 THEN 1 ELSE sales.has_gap END,"
           " total = excluded.total, last = excluded.last, hold_ms = excluded.hold_ms,"
           " buyer_limit = excluded.buyer_limit, price = excluded.price,"
           " opens_ms = excluded.opens_ms, salt = excluded.salt, epoch = excluded.epoch,"
           " version = excluded.version WHERE (sales.epoch, sales.version)"
           " < (excluded.epoch, excluded.version)",
        use(sale), use(state), use(total), use(last), use(hold), use(limit), use(price), use(opens),
        use(salt), use(epoch), use(version), use(has_gap);
}

void store::write_change(const std::string& sale, const sale_change& change) {
    const auto state = text(change.state);
    const auto withdrawn = text(change.withdrawn);
    const auto withheld = text(change.withheld.value_or(""));
    const int sets_withheld = change.withheld ? 1 : 0;
    const int rebuilds = change.rebuilds ? 1 : 0;
    const long long total = change.total;
    const long long last = change.last;
    const long long epoch = change.at.epoch;
    const long long version = change.at.version;
    database_->sql() << "UPDATE sales SET state = :state, total = :total, last = :last,"
                        " withdrawn = withdrawn || CASE WHEN withdrawn = '' OR"
                        " CAST(:withdrawn AS text) = ''"
                        " THEN '' ELSE ',' END || CAST(:withdrawn AS text),"
                        " withheld = CASE WHEN CAST(:sets AS int) = 1"
                        " THEN CAST(:withheld AS text) ELSE withheld END,"
                        " has_gap = CASE WHEN CAST(:rebuilds AS int) = 1 THEN 0 ELSE has_gap END,"
                        " epoch = :epoch, version = :version"
                        " WHERE sale = :sale AND (epoch, version) < (:epoch, :version)",
        use(state, "state"), use(total, "total"), use(last, "last"), use(withdrawn, "withdrawn"),
        use(sets_withheld, "sets"), use(withheld, "withheld"), use(rebuilds, "rebuilds"),
        use(epoch, "epoch"), use(version, "version"), use(sale, "sale");
}

/// All at once; where the database refuses some, halves find out which.
void store::write_orders(const chapter& of, std::size_t first, std::size_t count,
                         std::vector<dead_letter>& letters) {
    if (count == 0) return;
    const std::span rows{of.orders().data() + first, count};
    auto refusal = attempt([&] { database_->write_orders(of.sale(), rows); });
    if (refusal.empty()) return;
    if (count == 1) {
        const auto& row = rows.front();
        letters.push_back({"order", text(row.record.digits), row.record.written, row.place,
                           std::move(refusal), letter_text(row.text)});
        return;
    }
    write_orders(of, first, count / 2, letters);
    write_orders(of, first + count / 2, count - count / 2, letters);
}

/// An ended reservation keeps the tickets that it had, also if its row came before their record was
/// understood.
void store::write_late_tickets(const chapter& of) {
    for (const auto& row : of.orders()) {
        const auto id = reservation_id(of.sale(), row.record.digits);
        const auto tickets = text(row.record.tickets);
        database_->sql() << "UPDATE orders SET tickets = :tickets WHERE sale = :sale"
                            " AND reservation = :id AND tickets = ''",
            use(tickets), use(of.sale()), use(id);
    }
}

void store::write_refunds(const chapter& of, std::vector<dead_letter>& letters) {
    for (const auto& refund : of.refunds()) {
        const auto id = reservation_id(of.sale(), refund.digits);
        const auto payment = text(refund.payment);
        const auto state = text(refund.state);
        const auto reason = text(refund.reason);
        const long long amount = refund.amount;
        const long long since = refund.since;
        const long long done = refund.done;
        const long long epoch = refund.at.epoch;
        const long long version = refund.at.version;
        auto refusal = attempt([&] {
            database_->sql()
                << "INSERT INTO refunds (sale, reservation, payment, amount, state, reason,"
                   " since_ms, done_ms, epoch, version) VALUES (:sale, :reservation, :payment,"
                   " :amount, :state, :reason, :since, :done, :epoch, :version)"
                   " ON CONFLICT (sale, reservation, payment) DO UPDATE SET"
                   " amount = excluded.amount, state = excluded.state, reason = excluded.reason,"
                   " since_ms = excluded.since_ms, done_ms = excluded.done_ms,"
                   " epoch = excluded.epoch, version = excluded.version"
                   " WHERE (refunds.epoch, refunds.version) < (excluded.epoch, excluded.version)",
                use(of.sale()), use(id), use(payment), use(amount), use(state), use(reason),
                use(since), use(done), use(epoch), use(version);
        });
        if (refusal.empty()) continue;
        letters.push_back({"refund", text(refund.digits), refund.at, refund.place,
                           std::move(refusal), letter_text(refund.text)});
    }
}

void store::write_letters(const std::string& sale, const std::vector<dead_letter>& letters) {
    for (const auto& letter : letters) {
        const auto what = text(letter.what);
        const long long epoch = letter.at.epoch;
        const long long version = letter.at.version;
        const long long place = letter.place;
        database_->sql()
            << "INSERT INTO dead_letters (sale, epoch, version, what, digits, place, state,"
               " reason, text) VALUES (:sale, :epoch, :version, :what, :digits, :place, 'open',"
               " :reason, :text) ON CONFLICT (sale, epoch, version, what, digits, place)"
               " DO NOTHING",
            use(sale), use(epoch), use(version), use(what), use(letter.digits), use(place),
            use(letter.reason), use(letter.text);
    }
}

/// A reservation that has moved on, and has its row now, needs its old letter no more; but where it
/// ended without a row before, only the letter knows its tickets.
void store::resolve_letters(const std::string& sale) {
    database_->sql() << "UPDATE dead_letters SET state = 'resolved' WHERE sale = :sale"
                        " AND state = 'open' AND what = 'order' AND EXISTS (SELECT 1 FROM orders o"
                        " WHERE o.sale = dead_letters.sale"
                        " AND o.reservation = dead_letters.sale || '.' || dead_letters.digits"
                        " AND o.tickets <> ''"
                        " AND (o.epoch, o.version) >= (dead_letters.epoch, dead_letters.version))",
        use(sale);
}

std::vector<dead_letter> store::select_open_letters(const std::string& sale) {
    std::vector<dead_letter> all;
    std::string what;
    std::string digits;
    std::string reason;
    std::string content;
    long long epoch = 0;
    long long version = 0;
    long long place = 0;
    soci::statement rows =
        (database_->sql().prepare
             << "SELECT what, digits, epoch, version, place, reason, text FROM dead_letters"
                " WHERE sale = :sale AND state = 'open' ORDER BY epoch, version, place",
         use(sale), into(what), into(digits), into(epoch), into(version), into(place), into(reason),
         into(content));
    rows.execute();
    while (rows.fetch()) {
        all.push_back({what, digits, {epoch, version}, place, reason, content});
    }
    return all;
}

or_complaint<std::vector<dead_letter>> store::open_letters(const std::string& sale) {
    return guarded([&] { return select_open_letters(sale); });
}

or_complaint<bool> store::retry(const std::string& sale, const dead_letter& letter) {
    return guarded([&] {
        chapter again{{sale, letter.at}};
        again.take_again(letter);
        database_->begin();
        const bool good = write_rows(again).empty();
        write_late_tickets(again);
        const long long epoch = letter.at.epoch;
        const long long version = letter.at.version;
        const long long place = letter.place;
        if (good) {
            database_->sql() << "UPDATE dead_letters SET state = 'resolved' WHERE sale = :sale"
                                " AND epoch = :epoch AND version = :version AND what = :what"
                                " AND digits = :digits AND place = :place",
                use(sale), use(epoch), use(version), use(letter.what), use(letter.digits),
                use(place);
        }
        database_->sql() << "COMMIT";
        return good;
    });
}

}  // namespace onsale::orders
