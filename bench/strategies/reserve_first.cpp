#include "strategies.hpp"
#include "support/ledger_client.hpp"
#include "support/order_writer.hpp"
#include "support/wait_until.hpp"

#include <deque>
#include <stdexcept>

namespace onsale::bench {

namespace {

constexpr const char* sale = "G101";
constexpr std::chrono::minutes patience{2};

/// A thread's conversation with the ledger.
struct till {
    explicit till(const test::redis_server& redis) : session{redis.connect()} {}

    redis::session session;
    test::ledger_client ledger{session, sale};
};

/// Of the reservation that a late payment buys.
std::string successor_of(std::string id) {
    id.front() = 'a';
    return id;
}

class reserve_first final : public strategy {
  public:
    reserve_first(const test::redis_server& redis, const test::order_database& orders,
                  const terms& given)
        : orders_{orders}, writer_{redis.endpoint(), orders.url()} {
        for (std::size_t i = 0; i < given.threads; ++i)
            tills_.emplace_back(redis);
        ledger().open({.total = given.tickets, .hold_ms = given.hold.count()});
        wait_for_orders();  // the writer is at work
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "reserve-first"; }

    bool order(std::size_t thread, std::int64_t buyer) override {
        const auto told = tills_[thread].ledger.reserve_one(
            {test::id_of(buyer), "buyer-" + std::to_string(buyer)});
        if (told.status != "held" && told.status != "sold_out") unexpected("reserve", told);
        return told.status == "held";
    }

    payment_result pay(std::size_t thread, std::int64_t buyer) override {
        const auto id = test::id_of(buyer);
        const auto told = tills_[thread].ledger.settle_one(
            {id, "pay", "payment-" + std::to_string(buyer), test::price, successor_of(id)});
        if (told.status == "refund_due") return payment_result::refund_due;
        if (told.status != "done" && told.status != "rebought") unexpected("pay", told);
        return payment_result::ticket;
    }

    /// Sweeps, as every node does all the time.
    void end_holds() override {
        const auto nobody_holds = [&] {
            while (ledger().sweep() > 0) {
            }
            return ledger().read().says.says.held() == 0;
        };
        if (!test::wait_until(nobody_holds, patience)) throw std::runtime_error{"holds do not end"};
    }

    [[nodiscard]] books read_books() override {
        wait_for_orders();
        const std::string live = " FROM orders WHERE state IN ('held', 'paid')";
        const books found{
            orders_.number("SELECT count(*)" + live),
            orders_.number("SELECT count(DISTINCT tickets)" + live),
            orders_.number("SELECT count(DISTINCT tickets) FROM orders WHERE state = 'paid'")};
        const auto says = ledger().read().says.says;
        if (says.paid != found.paid || says.sold != found.given) {
            throw std::runtime_error{"the orders are not what the ledger says"};
        }
        return found;
    }

  private:
    [[nodiscard]] test::ledger_client& ledger() { return tills_.front().ledger; }

    void wait_for_orders() {
        const auto all_ordered = [&] {
            const auto says = ledger().read().says.says;
            return says.ordered == says.at;
        };
        if (!test::wait_until(all_ordered, patience)) {
            throw std::runtime_error{"the orders do not follow: " + writer_.log()};
        }
    }

    [[noreturn]] static void unexpected(const std::string& call, const test::told_item& told) {
        throw std::runtime_error{"the ledger answers " + call + " with " + told.status};
    }

    const test::order_database& orders_;
    test::order_writer writer_;
    std::deque<till> tills_;
};

}  // namespace

std::unique_ptr<strategy> make_reserve_first(const test::redis_server& redis,
                                             const test::order_database& orders,
                                             const terms& given) {
    return std::make_unique<reserve_first>(redis, orders, given);
}

}  // namespace onsale::bench
