#pragma once

#include "nemesis/findings.hpp"
#include "nemesis/journal_record.hpp"

#include "onsale/core/reservation.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

// A sale as its journal tells it, version by version, and where that breaks the law.

namespace onsale::nemesis {

/// A record as one version wrote it.
struct written_record {
    std::string text;
    reservation record;  ///< views `text`
};

/// All that one reservation has been.
struct reservation_story {
    std::deque<written_record> writings;  ///< one or more; they do not move
    std::string tickets;                  ///< those it had while it was live

    [[nodiscard]] const reservation& first() const { return writings.front().record; }
    [[nodiscard]] const reservation& last() const { return writings.back().record; }
};

/// What a version left. It began between `earliest` and `latest`, by the ledger's clock, and lasted
/// until the next one.
struct chapter {
    ledger_version at;
    std::int64_t earliest = 0;
    std::int64_t latest = 0;
    std::int64_t remaining = 0;
    std::string state;
};

/// One thread. What it is made of must outlive it.
class sale_story {
  public:
    /// Reads `journal` from its beginning and adds to `found` where the law is broken.
    sale_story(const std::map<ledger_version, journal_fields>& journal, std::int64_t limit,
               findings& found);

    [[nodiscard]] const std::unordered_map<std::string, reservation_story>& reservations() const {
        return reservations_;
    }
    /// By the digits of the id; nothing if the ledger has never written it.
    [[nodiscard]] const reservation_story* find(const std::string& digits) const;

    /// Whether `holds` is true of some chapter that, or a part of which, was between these
    /// instants of the ledger's clock.
    template <class Condition>
    [[nodiscard]] bool was(std::int64_t from, std::int64_t until, Condition holds) const {
        for (auto i = first_after(from); i < chapters_.size(); ++i) {
            if (chapters_[i].earliest > until) return false;
            if (holds(chapters_[i])) return true;
        }
        return false;
    }

    /// The most live tickets that `buyer` had meanwhile.
    [[nodiscard]] std::int64_t most_of(const std::string& buyer, std::int64_t from,
                                       std::int64_t until) const;

    /// How many were left meanwhile, for people.
    [[nodiscard]] std::string stock_between(std::int64_t from, std::int64_t until) const;

    [[nodiscard]] std::int64_t total() const noexcept { return total_; }
    [[nodiscard]] std::int64_t sold() const noexcept { return sold_; }
    [[nodiscard]] std::int64_t paid() const noexcept { return paid_; }
    [[nodiscard]] ledger_version last() const noexcept {
        return chapters_.empty() ? ledger_version{} : chapters_.back().at;
    }
    /// What is owed for a payment, `AMOUNT STATE REASON …`; by `DIGITS PAYMENT`.
    [[nodiscard]] const std::map<std::string, std::string>& refunds() const { return refunds_; }

  private:
    void read(ledger_version at, const journal_fields& fields);
    void read_record(ledger_version at, std::string_view line);
    void read_adjustment(const std::string& change, const journal_fields& fields);
    void begin_reservation(const std::string& digits, reservation_story& of);
    void go_on(const std::string& digits, reservation_story& of, const reservation& before);
    void take(const std::string& digits, const reservation& by);
    void give_back(const reservation_story& of, const reservation& by);
    std::int64_t change_live(std::string_view buyer, std::int64_t by);
    void close_chapter(ledger_version at);
    [[nodiscard]] std::size_t first_after(std::int64_t from) const;
    void wrong(check what, const std::string& sentence);

    const std::int64_t limit_;
    findings& found_;
    std::unordered_map<std::string, reservation_story> reservations_;
    std::unordered_map<std::int64_t, std::string> owners_;  // of live ticket numbers
    struct live_tickets {
        std::size_t since = 0;  ///< the chapter that left them
        std::int64_t count = 0;
    };
    std::unordered_map<std::string, std::vector<live_tickets>> live_;  // of buyers, in order
    std::map<std::string, std::string> refunds_;
    std::vector<chapter> chapters_;
    std::string state_ = "open";
    std::int64_t total_ = 0;
    std::int64_t last_number_ = 0;
    std::int64_t sold_ = 0;
    std::int64_t paid_ = 0;
    std::int64_t clock_ = 0;  // of the version that is being read; 0: it does not tell
    ledger_version at_;
};

}  // namespace onsale::nemesis
