#include "database.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

namespace onsale::orders {

namespace {

/// The writers' lock: `flock` on a file beside the database. It goes with the process, however that
/// ends. A lock of SQLite's own would do so too, but keep everybody else from writing, and SQLite's
/// kind (fcntl) is lost when any other descriptor of the file is closed in the same process.
class lock_file {
  public:
    explicit lock_file(const std::string& path)
        : file_{open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)} {
        if (file_ < 0) throw soci::soci_error{path + ": " + std::strerror(errno)};
    }
    lock_file(const lock_file&) = delete;
    lock_file& operator=(const lock_file&) = delete;
    ~lock_file() { close(file_); }

    [[nodiscard]] bool try_lock() const { return flock(file_, LOCK_EX | LOCK_NB) == 0; }

  private:
    int file_;
};

/// The statement that writes a row, prepared once, and the values it is bound to.
class row_statement {
  public:
    row_statement(soci::session& sql, const std::string& text)
        : statement_{(sql.prepare << text, soci::use(sale_), soci::use(id_), soci::use(buyer_),
                      soci::use(quantity_), soci::use(tickets_), soci::use(state_),
                      soci::use(reserved_), soci::use(pay_by_), soci::use(settled_),
                      soci::use(payment_), soci::use(refund_due_), soci::use(epoch_),
                      soci::use(version_), soci::use(place_))} {}

    void write(std::string_view sale, const order_row& row) {
        const auto& record = row.record;
        sale_ = sale;
        id_ = reservation_id(sale, record.digits);
        buyer_ = record.buyer;
        quantity_ = record.quantity;
        tickets_ = record.tickets;
        state_ = name_of(record.state);
        reserved_ = record.reserved;
        pay_by_ = record.pay_by;
        settled_ = record.settled;
        payment_ = record.payment;
        refund_due_ = record.refund_due;
        epoch_ = record.written.epoch;
        version_ = record.written.version;
        place_ = row.place;
        statement_.execute(true);
    }

  private:
    std::string sale_, id_, buyer_, tickets_, state_, payment_;
    long long quantity_ = 0, reserved_ = 0, pay_by_ = 0, settled_ = 0, refund_due_ = 0, epoch_ = 0,
              version_ = 0, place_ = 0;
    soci::statement statement_;
};

class sqlite_database final : public database {
  public:
    explicit sqlite_database(const std::string& path) : path_{path} {
        const std::filesystem::path file{path};
        if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
        sql().open(soci::sqlite3, "dbname=\"" + path + "\"");
        sql() << "PRAGMA busy_timeout = 2000";
        std::string mode;
        sql() << "PRAGMA journal_mode = WAL", soci::into(mode);
        if (mode != "wal") throw soci::soci_error{"no write-ahead log is to be had there"};
        sql() << "PRAGMA synchronous = FULL";
        // An index of random ids: its pages are wanted in memory, and in the log not twice.
        sql() << "PRAGMA cache_size = -65536";
        sql() << "PRAGMA wal_autocheckpoint = 8000";
    }

    bool try_lock() override {
        if (!lock_) lock_.emplace(path_ + "-writer");
        return lock_->try_lock();
    }

    /// What is committed into a file that is no longer at its place nobody finds again.
    void begin() override {
        const auto& backend = static_cast<soci::sqlite3_session_backend&>(*sql().get_backend());
        int has_moved = 0;
        sqlite3_file_control(backend.conn_, "main", SQLITE_FCNTL_HAS_MOVED, &has_moved);
        if (has_moved != 0) throw soci::soci_error{path_ + " was moved or deleted"};
        sql() << "BEGIN IMMEDIATE";
    }

    void begin_snapshot() override { sql() << "BEGIN"; }

    void write_orders(std::string_view sale, std::span<const order_row> rows) override {
        if (!insert_) {
            insert_.emplace(sql(), std::string{"INSERT INTO "} + columns +
                                       " VALUES (:sale, :reservation, :buyer, :quantity, :tickets,"
                                       " :state, :reserved, :pay_by, :settled, :payment,"
                                       " :refund_due, :epoch, :version, :place)" +
                                       forward);
        }
        for (const auto& row : rows)
            insert_->write(sale, row);
    }

    bool is_refusal(const soci::soci_error& error) const override {
        const auto* own = dynamic_cast<const soci::sqlite3_soci_error*>(&error);
        if (own == nullptr) return false;
        constexpr int primary = 0xff;  // an extended code is the primary one and more bits
        switch (own->result() & primary) {
            case SQLITE_CONSTRAINT:
            case SQLITE_MISMATCH:
            case SQLITE_TOOBIG:
                return true;
            default:
                return false;
        }
    }

  private:
    std::string path_;
    std::optional<lock_file> lock_;
    std::optional<row_statement> insert_;
};

}  // namespace

std::unique_ptr<database> open_sqlite(const std::string& path) {
    return std::make_unique<sqlite_database>(path);
}

}  // namespace onsale::orders
