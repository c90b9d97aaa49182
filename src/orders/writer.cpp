#include "onsale/orders/writer.hpp"

#include "tenure.hpp"

#include "onsale/core/limits.hpp"

#include <spdlog/spdlog.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace onsale::orders {

namespace {

/// What the log says of something that comes and goes: once when it goes, once when it is back.
class presence {
  public:
    explicit presence(std::string_view what) : what_{what} {}

    void lost(const std::string& why) {
        if (is_lost_ && why == why_) return;
        spdlog::error("{}; trying again", why);
        why_ = why;
        is_lost_ = true;
    }

    void met() {
        if (is_lost_) spdlog::warn("{} is back", what_);
        is_lost_ = false;
    }

  private:
    std::string_view what_;
    std::string why_;
    bool is_lost_ = false;
};

/// States: no database; standing by, without the lock; in office.
class writer {
  public:
    writer(const database_address& where, journal_feed& feed) : where_{where}, feed_{feed} {}

    /// One step; how long to rest before the next.
    [[nodiscard]] std::chrono::milliseconds step() {
        if (!store_) return connect();
        if (!tenure_) return take_office();
        return work();
    }

    void finish() {
        if (!tenure_) return;
        if (const auto told = tenure_->report_all(); !told) {
            spdlog::error("{}; the next writer will report it", told.error().sentence);
        }
    }

  private:
    using rest = std::chrono::milliseconds;

    [[nodiscard]] rest connect() {
        auto opened = store::open(where_);
        if (!opened) return lose_database(opened.error().sentence);
        store_ = std::move(*opened);
        return rest{0};
    }

    [[nodiscard]] rest take_office() {
        const auto taken = store_->try_lock();
        if (!taken) return lose_database(taken.error().sentence);
        if (!*taken) {
            database_.met();
            if (!is_standing_by_) spdlog::info("standing by: another writer is at work");
            is_standing_by_ = true;
            return limits::stand_by;
        }
        is_standing_by_ = false;
        if (auto migrated = store_->migrate(); !migrated) {
            return lose_database(migrated.error().sentence);
        }
        tenure_.emplace(*store_, feed_);
        if (auto begun = tenure_->begin(); !begun) return lose_database(begun.error().sentence);
        spdlog::info("writing orders to {}", where_.name);
        return rest{0};
    }

    [[nodiscard]] rest work() {
        const auto done = tenure_->round();
        if (done) {
            database_.met();
            ledger_.met();
            return rest{0};
        }
        if (done.error().where == setback::of::database) {
            return lose_database(done.error().sentence);
        }
        ledger_.lost(done.error().sentence);
        tenure_->distrust();
        return limits::orders_pause;
    }

    /// Connection and lock go together; selling goes on, the journal waits.
    [[nodiscard]] rest lose_database(const std::string& why) {
        database_.lost(why);
        tenure_.reset();
        store_.reset();
        return limits::orders_pause;
    }

    const database_address& where_;
    journal_feed& feed_;
    std::unique_ptr<store> store_;
    std::optional<tenure> tenure_;
    bool is_standing_by_ = false;
    presence database_{"the order database"};
    presence ledger_{"the ledger"};
};

}  // namespace

void run_writer(const database_address& where, journal_feed& feed, const std::atomic<bool>& stop) {
    writer one{where, feed};
    while (!stop) {
        if (const auto rest = one.step(); rest.count() > 0) std::this_thread::sleep_for(rest);
    }
    one.finish();
    spdlog::info("stopped");
}

}  // namespace onsale::orders
