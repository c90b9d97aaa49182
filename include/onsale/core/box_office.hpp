#pragma once

#include "onsale/core/batches.hpp"
#include "onsale/core/ledger.hpp"
#include "onsale/core/sale.hpp"
#include "onsale/core/sale_book.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

// The way of a purchase on one thread: local stock, word, ledger, answer (design §2, L9–L15).

namespace onsale {

/// A sale as one thread sees it: what the threads share, and this thread's lanes.
class local_sale {
  public:
    explicit local_sale(sale& shared) noexcept
        : shared_{shared}, reserve_{*this}, look_up_{*this}, settle_{*this} {}

    [[nodiscard]] sale& shared() const noexcept { return shared_; }
    [[nodiscard]] std::string_view id() const noexcept { return shared_.id(); }
    [[nodiscard]] lane& lane_for(errand asks) noexcept {
        if (asks == errand::settle) return settle_;
        return asks == errand::reserve ? reserve_ : look_up_;
    }

  private:
    sale& shared_;
    lane reserve_;
    lane look_up_;
    lane settle_;
};

enum class key_kind : std::uint8_t {
    none,        ///< random id: a retry is a new purchase
    own,         ///< Idempotency-Key: a winner's repeat gets the ticket
    request_id,  ///< X-Request-ID: a proxy's retry is the same purchase
};

struct purchase_request {
    std::string_view buyer;  ///< empty: the id is the buyer
    std::string_view key;
    key_kind kind = key_kind::none;
    std::uint32_t quantity = 1;
};

/// What a buyer is told. Views live as long as the call that brings it.
struct answer {
    outcome what = outcome::busy;
    const local_sale* on = nullptr;
    std::int64_t attempt = 0;    ///< this purchase's number on this node, if they are counted
    std::int64_t remaining = 0;  ///< as the word has it
    id_digits id{};              ///< with `sold`, `repeated`, `ended`, `in_doubt`
    const reservation* record = nullptr;  ///< with `sold`, `repeated`, `ended`
};

/// What a viewer of a reservation is told.
struct sighting {
    const local_sale* on = nullptr;
    bool reached = false;                 ///< the ledger has answered
    const reservation* record = nullptr;  ///< nullptr: it has no such id
};

/// What came of a payment or a cancellation.
struct settlement_told {
    const local_sale* on = nullptr;
    settle_kind asked = settle_kind::cancel;
    settle_result what = settle_result::busy;
    id_digits id{};                       ///< of the reservation that was to be settled
    std::int64_t amount = 0;              ///< of the payment
    const reservation* record = nullptr;  ///< as it is now; with `rebought` the new one
};

/// Those who wait for answers: the port that `http` fills.
class audience {
  public:
    virtual void answered(std::uint64_t tag, const answer& told) = 0;
    virtual void shown(std::uint64_t tag, const sighting& seen) = 0;
    virtual void settled(std::uint64_t tag, const settlement_told& told) = 0;

  protected:
    ~audience() = default;
};

/// One thread. `ledger` and `audience` outlive it.
class box_office final : public ledger_listener {
  public:
    struct settings {
        bool top_up = true;           ///< off: local stock gone is sold out (L14)
        bool count_attempts = false;  ///< the stat log wants them
    };

    box_office(sale_book& book, settings chosen) noexcept : book_{book}, settings_{chosen} {}

    void connect(ledger& to, audience& listening) noexcept {
        ledger_ = &to;
        audience_ = &listening;
    }

    /// Takes in the sales that any thread has discovered. At every tick.
    void refresh();

    /// nullptr if this thread knows no such sale; then `is_none` says whether that is certain.
    [[nodiscard]] local_sale* find(std::string_view sale);
    [[nodiscard]] bool is_none(std::string_view sale, time_point now) const {
        return book_.knows_all(now) && !book_.is_unreadable(sale);
    }

    /// Whether there is certainly no reservation `id` of a sale that this thread does not know: the
    /// sale may have been opened a moment ago, and have sold through another node. It is certain
    /// once the list of sales was asked for after the id was first heard here: nobody knows an id
    /// before it is made.
    [[nodiscard]] bool is_certainly_nobodys(const id_digits& id, time_point now);

    /// The answer if it can be given at once, else nothing: then `audience::answered` brings it.
    [[nodiscard]] std::optional<answer> buy(local_sale& on, const purchase_request& request,
                                            std::uint64_t tag, time_point now);

    /// Looks a reservation up; `audience::shown` brings it. False: too many are waiting.
    [[nodiscard]] bool show(local_sale& on, const id_digits& id, std::uint64_t tag, time_point now);

    struct settle_request {
        settle_kind what = settle_kind::cancel;
        std::string_view payment;
        std::int64_t amount = 0;
    };

    /// Pays or cancels a reservation; `audience::settled` brings what came of it. False: too many
    /// are waiting.
    [[nodiscard]] bool settle(local_sale& on, const id_digits& id, const settle_request& asked,
                              std::uint64_t tag, time_point now);

    /// Purchases that are waiting for the ledger.
    [[nodiscard]] std::size_t waiting() const noexcept { return pool_.in_use(); }

    void reserved(purchase& one, outcome what, const reservation* record) override;
    void looked_up(purchase& one, const reservation* record) override;
    void settled(purchase& one, settle_result what, const reservation* record) override;
    void failed(purchase& one, errc why) override;

  private:
    enum class step : std::uint8_t { reserve, look_up, refuse };
    struct decision {
        step next;
        outcome why = outcome::sold_out;
        std::int64_t remaining = 0;
    };

    [[nodiscard]] decision decide(sale& on, std::int64_t quantity, bool may_look_up,
                                  time_point now);
    [[nodiscard]] decision take_or_grant(sale& on, std::int64_t quantity, const word& w);
    [[nodiscard]] purchase* take_for(local_sale& on, const id_digits& id, errand asks,
                                     std::uint64_t tag, time_point now);
    void tell(purchase& one, outcome what, const reservation* record);
    void tell_settled(purchase& one, settle_result what, const reservation* record);
    void tell_known(purchase& one, const reservation& record);

    sale_book& book_;
    const settings settings_;
    ledger* ledger_ = nullptr;
    audience* audience_ = nullptr;
    purchase_pool pool_;  // before the sales, whose lanes hold what is in it
    std::unordered_map<std::string_view, std::unique_ptr<local_sale>> sales_;

    struct stranger {
        id_digits id{};
        time_point heard{};
    };
    std::array<stranger, limits::strangers> strangers_{};
    std::size_t next_stranger_ = 0;
};

}  // namespace onsale
