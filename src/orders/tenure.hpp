#pragma once

#include "lag_meter.hpp"
#include "store.hpp"

#include "onsale/core/clock.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/orders/journal_feed.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What the one writer does from taking the lock to losing it.

namespace onsale::orders {

/// Why a round ended early, and a sentence.
struct setback {
    enum class of : std::uint8_t {
        database,  ///< the tenure is over
        ledger,    ///< it goes on
    };
    of where;
    std::string sentence;
};

template <class T>
using or_setback = boost::system::result<T, setback>;

/// One thread.
///
/// Invariants: a sale's position is what the database holds as long as nobody else writes there;
/// the ledger is told of a position only after its commit.
class tenure {
  public:
    tenure(store& held, journal_feed& feed) : store_{held}, feed_{feed} {}

    /// Learns from the database what is to be followed.
    [[nodiscard]] or_setback<void> begin();

    /// Looks around if that is due, waits for entries, commits and reports them.
    [[nodiscard]] or_setback<void> round();

    /// What is committed and not yet reported.
    [[nodiscard]] or_setback<void> report_all();

    /// The conversation with the ledger broke: it may be another one afterwards.
    void distrust();

    /// Its journal has been read to the end, or cannot be: what the ledger said of the sale by the
    /// last look. Nothing: there is more to read, or the sale is not known.
    [[nodiscard]] std::optional<word> at_the_end_of(const std::string& sale) const;

  private:
    /// Whether the ledger's journal is the one that led to our position.
    enum class trust : std::uint8_t {
        unknown,  ///< not compared since we met this ledger
        same,
        other,  ///< a ledger that went back and has gone on: left alone until it is rebuilt, not
                ///< read, not reported to, not trimmed
    };

    struct followed {
        sale_position position;
        std::string fingerprint;
        std::string salt;
        std::int64_t claimed = 0;  ///< an epoch, by a rebuild, before we began
        told_sale told;            ///< by the last look
        trust journal = trust::unknown;
        std::int64_t left_alone = 0;           ///< the ledger's epoch when it became `other`
        bool is_fresh_look = false;            ///< the journal was not read since the last look
        bool is_drained = false;               ///< the last read of the journal gave nothing
        bool is_to_report = true;              ///< the ledger was not told of all that is committed
        bool names_all_letters = true;         ///< in the next report
        std::vector<std::string> new_letters;  ///< digits, for the next report
        std::vector<dead_letter> letters;      ///< all that are open
    };
    using sales = std::map<std::string, followed>;

    [[nodiscard]] or_setback<void> add(const stored_sale& found);
    [[nodiscard]] or_setback<void> retry_letters(followed& sale);
    [[nodiscard]] or_setback<void> discover();
    [[nodiscard]] or_setback<void> look_around();
    [[nodiscard]] or_setback<void> hear(followed& sale, told_sale told);
    [[nodiscard]] or_setback<void> compare_journal(followed& sale);
    [[nodiscard]] or_setback<void> leave_alone(followed& sale, const std::string& why);
    void forget_removed();

    [[nodiscard]] or_setback<void> read_journals();
    [[nodiscard]] or_setback<void> take_in(followed& sale, std::vector<journal_entry> entries);
    [[nodiscard]] or_setback<void> fill(followed& sale, ledger_version hole_ends);
    [[nodiscard]] or_setback<void> fill_from(followed& sale, sale_hash which,
                                             ledger_version hole_ends);
    [[nodiscard]] or_setback<void> commit(followed& sale, const chapter& written);
    [[nodiscard]] or_setback<void> keep_letters(followed& sale,
                                                const std::vector<dead_letter>& letters);
    [[nodiscard]] or_setback<void> report(followed& sale);
    void tell();

    store& store_;
    journal_feed& feed_;
    sales sales_;
    std::set<std::string> removed_;  ///< all of theirs is ordered and reported
    lag_meter meter_;
    time_point look_due_{};
    time_point report_due_{};
    time_point tell_due_ = monotonic::now() + limits::orders_tells;
};

}  // namespace onsale::orders
