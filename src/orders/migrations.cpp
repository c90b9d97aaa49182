#include "migrations.hpp"

#include <array>
#include <string>
#include <vector>

namespace onsale::orders {

namespace {

using step = std::vector<const char*>;

/// The same words for SQLite and PostgreSQL. Times are milliseconds since 1970 by the ledger's
/// clock; (epoch, version) is what the ledger had counted when it wrote this.
const std::array<step, 3> steps{
    step{
        // What a sale was opened with and has become; enough to rebuild its ledger from (L28).
        "CREATE TABLE sales ("
        " sale TEXT NOT NULL PRIMARY KEY,"
        " state TEXT NOT NULL,"
        " total BIGINT NOT NULL,"
        " last BIGINT NOT NULL,"     // the highest ticket number ever created
        " withdrawn TEXT NOT NULL,"  // numbers that left the sale, e.g. 7,12-15
        " hold_ms BIGINT NOT NULL,"
        " buyer_limit BIGINT NOT NULL,"  // tickets per buyer; 0: none
        " price BIGINT NOT NULL,"        // of one ticket, in the currency's smallest unit
        " opens_ms BIGINT NOT NULL,"
        " salt TEXT NOT NULL,"
        " epoch BIGINT NOT NULL,"
        " version BIGINT NOT NULL)",

        "CREATE TABLE orders ("
        " sale TEXT NOT NULL,"
        " reservation TEXT NOT NULL,"  // SALE. and 32 hex digits
        " buyer TEXT NOT NULL,"        // empty: nobody was named
        " quantity BIGINT NOT NULL,"
        " tickets TEXT NOT NULL,"  // numbers, e.g. 7,12-15; an ended order keeps those it had
        " state TEXT NOT NULL,"    // held, paid, cancelled, expired, refunded
        " reserved_ms BIGINT NOT NULL,"
        " pay_by_ms BIGINT NOT NULL,"
        " settled_ms BIGINT NOT NULL,"  // 0 while it is held
        " payment TEXT NOT NULL,"       // the payment that paid it; empty: none
        " refund_due BIGINT NOT NULL,"  // owed to the buyer now
        " epoch BIGINT NOT NULL,"
        " version BIGINT NOT NULL,"
        " place BIGINT NOT NULL,"  // among the records of that version
        " PRIMARY KEY (sale, reservation))",

        // Money that is or was owed to a payer.
        "CREATE TABLE refunds ("
        " sale TEXT NOT NULL,"
        " reservation TEXT NOT NULL,"
        " payment TEXT NOT NULL,"
        " amount BIGINT NOT NULL,"
        " state TEXT NOT NULL,"  // due, done
        " reason TEXT NOT NULL,"
        " since_ms BIGINT NOT NULL,"
        " done_ms BIGINT NOT NULL,"
        " epoch BIGINT NOT NULL,"
        " version BIGINT NOT NULL,"
        " PRIMARY KEY (sale, reservation, payment))",

        // Up to where each sale's journal is in here.
        "CREATE TABLE positions ("
        " sale TEXT NOT NULL PRIMARY KEY,"
        " epoch BIGINT NOT NULL,"
        " version BIGINT NOT NULL,"
        " fingerprint TEXT NOT NULL,"  // of the entry there
        " lag_ms BIGINT NOT NULL,"     // from the oldest record of the last commit to its row
        " behind BIGINT NOT NULL,"     // versions the ledger was ahead then
        " committed_ms BIGINT NOT NULL)",

        // What could not become a row; the rest went on.
        "CREATE TABLE dead_letters ("
        " sale TEXT NOT NULL,"
        " epoch BIGINT NOT NULL,"
        " version BIGINT NOT NULL,"
        " what TEXT NOT NULL,"    // order, refund, entry
        " digits TEXT NOT NULL,"  // of the reservation's id
        " place BIGINT NOT NULL,"
        " state TEXT NOT NULL,"  // open, resolved
        " reason TEXT NOT NULL,"
        " text TEXT NOT NULL,"  // as the ledger has it; \xNN: not printable
        " PRIMARY KEY (sale, epoch, version, what, digits, place))",
    },
    step{
        // Numbers that a rebuild keeps out of the sale until the operator releases them (L28).
        "ALTER TABLE sales ADD COLUMN withheld TEXT NOT NULL DEFAULT ''",
    },
    step{
        // The highest epoch that a rebuild has taken, whatever came of it (L28).
        "ALTER TABLE positions ADD COLUMN claimed BIGINT NOT NULL DEFAULT 0",
        // 1: a hole was filled from the ledger's records, which do not tell which numbers had left
        // the sale by then.
        "ALTER TABLE sales ADD COLUMN has_gap BIGINT NOT NULL DEFAULT 0",
    }};

int version_of(soci::session& sql) {
    sql << "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)";
    int version = 0;
    sql << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(version);
    return version;
}

[[noreturn]] void refuse_newer(int found) {
    throw soci::soci_error{"its schema, version " + std::to_string(found) +
                           ", is of a newer onsale; this one knows version " +
                           std::to_string(steps.size())};
}

}  // namespace

void check_schema(soci::session& sql) {
    int found = 0;
    sql << "SELECT COALESCE(MAX(version), 0) FROM schema_version", soci::into(found);
    const auto known = static_cast<int>(steps.size());
    if (found > known) refuse_newer(found);
    if (found < known) {
        throw soci::soci_error{
            "its schema is of an older onsale; 'onsale orders' of this one brings it up to date"};
    }
}

void migrate(soci::session& sql) {
    const auto found = version_of(sql);
    const auto known = static_cast<int>(steps.size());
    if (found > known) refuse_newer(found);
    for (int next = found; next < known; ++next) {
        soci::transaction all{sql};
        for (const auto* statement : steps[static_cast<std::size_t>(next)])
            sql << statement;
        const int version = next + 1;
        sql << "INSERT INTO schema_version (version) VALUES (:version)", soci::use(version);
        all.commit();
    }
}

}  // namespace onsale::orders
