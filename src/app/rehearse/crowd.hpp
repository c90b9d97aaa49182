#pragma once

#include "plan.hpp"
#include "tally.hpp"

#include <boost/asio/io_context.hpp>
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

    /// The next buyer who has not asked yet; -1: there is none.
    [[nodiscard]] std::int64_t next_buyer() noexcept {
        return over_ || next_ == plan_.buyers ? -1 : next_++;
    }

    /// A buyer who will pay when the pay-by is over.
    void remember_late_payer(std::int64_t buyer, ledger_ms pay_by);
    /// One whose time has come, who is then forgotten; -1: there is none.
    [[nodiscard]] std::int64_t next_late_payer();
    /// How long until the next one's time comes; nothing: there is none.
    [[nodiscard]] std::optional<std::chrono::milliseconds> wait_for_late_payer() const;

    [[nodiscard]] const rehearsal_plan& plan() const noexcept { return plan_; }
    [[nodiscard]] tally& answers() noexcept { return answers_; }

  private:
    void sweep();
    void stop();
    void print_progress(time_point now);

    const rehearsal_plan& plan_;
    tally& answers_;
    boost::asio::io_context io_;
    boost::asio::basic_waitable_timer<monotonic, boost::asio::wait_traits<monotonic>,
                                      boost::asio::io_context::executor_type>
        sweeper_;
    std::vector<std::unique_ptr<buying_connection>> connections_;
    std::size_t open_ = 0;  ///< connections that still have buyers
    std::int64_t next_ = 0;
    using late_payer = std::pair<ledger_ms, std::int64_t>;  ///< when, who
    std::priority_queue<late_payer, std::vector<late_payer>, std::greater<>> late_payers_;
    bool over_ = false;
    time_point started_;
    time_point told_;
    std::int64_t told_requests_ = 0;
};

/// Whether anybody listens there: connects once. Blocks.
[[nodiscard]] bool is_reachable(const target& to);

}  // namespace onsale::app
