#include "tenure.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/orders/writer.hpp"

#include <algorithm>
#include <optional>
#include <thread>

namespace onsale::orders {

namespace {

/// Nothing yet, or what the ledger says of a sale whose journal is read.
using or_not_yet = or_complaint<std::optional<word>>;

/// As the writer: nobody else is.
class substitute {
  public:
    substitute(store& held, journal_feed& feed, const std::string& sale)
        : tenure_{held, feed}, sale_{sale} {}

    [[nodiscard]] or_complaint<void> begin() { return plain(tenure_.begin()); }

    [[nodiscard]] or_not_yet step() {
        if (auto done = plain(tenure_.round()); !done) return done.error();
        return tenure_.at_the_end_of(sale_);
    }

  private:
    static or_complaint<void> plain(const or_setback<void>& result) {
        if (!result) return complaint{result.error().sentence};
        return {};
    }

    tenure tenure_;
    const std::string& sale_;
};

/// Beside the writer at work: by what it has committed.
class onlooker {
  public:
    onlooker(store& read, journal_feed& feed, const std::string& sale)
        : store_{read}, feed_{feed}, sale_{sale} {}

    [[nodiscard]] or_not_yet step() {
        const auto stored = find();
        if (!stored) return stored.error();
        const auto told = feed_.look({(*stored).position});
        if (!told) return told.error();
        const auto& says = told->front().says;
        if (says.state == sale_state::missing) {
            const auto left = feed_.read({(*stored).position}, 1, std::chrono::milliseconds{0});
            if (!left) return left.error();
            if (left->empty()) return says;
        } else if ((*stored).position.at >= says.at || told->front().salt != (*stored).salt) {
            return says;
        }
        const auto is_other = is_other_journal(*stored);
        if (!is_other) return is_other.error();
        return *is_other ? std::optional{says} : std::nullopt;
    }

  private:
    /// The writer at work leaves it alone, too.
    [[nodiscard]] or_complaint<bool> is_other_journal(const stored_sale& stored) {
        const auto entry = feed_.entry_at(stored.position);
        if (!entry) return entry.error();
        if (*entry && !stored.fingerprint.empty() &&
            fingerprint_of(**entry) != stored.fingerprint) {
            return true;
        }
        const auto next = feed_.read({stored.position}, 1, std::chrono::milliseconds{0});
        if (!next) return next.error();
        return !next->empty() &&
               is_of_older_orders(next->front().entries.front(), stored.position.at);
    }

    [[nodiscard]] or_complaint<stored_sale> find() {
        auto all = store_.sales();
        if (!all) return all.error();
        const auto ours = std::find_if(all->begin(), all->end(), [&](const stored_sale& one) {
            return one.position.sale == sale_;
        });
        if (ours == all->end()) return complaint{"no order writer has followed the sale " + sale_};
        return *ours;
    }

    store& store_;
    journal_feed& feed_;
    const std::string& sale_;
};

template <class Reader>
or_complaint<word> wait_for(Reader reader) {
    const auto until = monotonic::now() + limits::catch_up;
    while (monotonic::now() < until) {
        const auto done = reader.step();
        if (!done) return done.error();
        if (*done) return **done;
        std::this_thread::sleep_for(limits::operator_pause);
    }
    return complaint{
        "the order writer has not read the journal to its end; see its log, and try again"};
}

}  // namespace

or_complaint<word> catch_up(const database_address& where, journal_feed& feed,
                            const std::string& sale) {
    auto opened = store::open_existing(where);
    if (!opened) return opened.error();
    auto& held = **opened;
    const auto taken = held.try_lock();
    if (!taken) return taken.error();
    if (!*taken) return wait_for(onlooker{held, feed, sale});
    if (auto migrated = held.migrate(); !migrated) return migrated.error();
    substitute writer{held, feed, sale};
    if (auto begun = writer.begin(); !begun) return begun.error();
    return wait_for(std::move(writer));
}

}  // namespace onsale::orders
