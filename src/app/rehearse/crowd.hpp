#pragma once

#include "arrivals.hpp"
#include "plan.hpp"
#include "tally.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

// The crowd of a rehearsal: connections over which one buyer after the other buys.

namespace onsale::app {

class buying_connection;

/// This machine's clock. What the ledger decides by its own is only waited for by this one.
[[nodiscard]] ledger_ms wall_clock();

/// One thread. `run` returns when every buyer knows, or has asked as often as a buyer does, or the
/// time is over; every step has a deadline, so that it always returns.
class crowd {
  public:
    crowd(const rehearsal_plan& plan, tally& answers);
    ~crowd();
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    void run();

    /// The time is over, or somebody pressed Ctrl-C.
    [[nodiscard]] bool is_over() const noexcept { return over_; }

    /// The next buyer who has come and has not asked yet; nothing: there is none now.
    [[nodiscard]] std::optional<arrival> next_buyer();

    /// A buyer who will pay when the pay-by is over.
    void remember_late_payer(std::int64_t buyer, ledger_ms pay_by);
    /// One whose time has come, who is then forgotten; -1: there is none.
    [[nodiscard]] std::int64_t next_late_payer();

    /// A buyer or a late payer will come.
    [[nodiscard]] bool expects_somebody() const;
    /// The connection has nobody to serve: it is woken when somebody comes, or nobody will.
    void rest(buying_connection& idle);

    /// Where the next connection comes from; nothing: from wherever the system says.
    [[nodiscard]] std::optional<boost::asio::ip::address_v4> next_source() noexcept;

    /// The most buyers at once who waited for a free connection, of those who come at a rate; as
    /// the sweep sees it.
    [[nodiscard]] std::int64_t most_waiting() const noexcept { return most_waiting_; }

    [[nodiscard]] const rehearsal_plan& plan() const noexcept { return plan_; }
    [[nodiscard]] tally& answers() noexcept { return answers_; }

  private:
    using timer = boost::asio::basic_waitable_timer<monotonic, boost::asio::wait_traits<monotonic>,
                                                    boost::asio::io_context::executor_type>;

    void add_connection();
    /// When the next buyer or late payer comes or came; nothing: nobody will.
    [[nodiscard]] std::optional<time_point> next_due() const;
    /// Sets the alarm for that, if a connection rests.
    void set_alarm();
    void wake_for_those_who_came();
    [[nodiscard]] std::size_t waiting(time_point now) const;
    void sweep();
    void stop();
    void print_progress(time_point now);

    const rehearsal_plan& plan_;
    tally& answers_;
    boost::asio::io_context io_;
    time_point started_;
    timer sweeper_;
    timer alarm_;
    boost::asio::signal_set interrupted_;
    std::vector<std::unique_ptr<buying_connection>> connections_;
    std::size_t open_ = 0;  ///< connections that still have buyers
    arrivals arrivals_;
    std::vector<buying_connection*> resting_;  ///< the last one is the first to be woken
    std::int64_t most_waiting_ = 0;
    std::uint32_t sources_used_ = 0;
    using late_payer = std::pair<ledger_ms, std::int64_t>;  ///< when, who
    std::priority_queue<late_payer, std::vector<late_payer>, std::greater<>> late_payers_;
    bool over_ = false;
    time_point told_;
    std::int64_t told_requests_ = 0;
};

/// Whether anybody listens there: connects once. Blocks.
[[nodiscard]] bool is_reachable(const target& to);

}  // namespace onsale::app
