#include "onsale/redis/link.hpp"

#include "call.hpp"
#include "connection.hpp"
#include "flights.hpp"
#include "greeting.hpp"
#include "sweeper.hpp"
#include "watch.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/memory_forecast.hpp"
#include "onsale/core/sabotage.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <random>
#include <unordered_map>
#include <utility>

namespace onsale::redis {

namespace asio = boost::asio;

/// The states of a link, one after the other, for ever:
///   connecting → greeting → fencing → up → down (a short rest, longer each time) → connecting
/// Purchases are taken in every state; they are sent only when it is up.
class link::implementation final : public connection_handler {
  public:
    implementation(asio::io_context& io, settings chosen, sale_book& book,
                   ledger_listener& listener)
        : io_{io},
          to_{std::move(chosen.to)},
          wanted_{chosen.wanted},
          connection_{io, *this},
          flights_{connection_, listener, status_, chosen.late, [this] { land_soon(); }},
          watch_{connection_, book, status_},
          sweeper_{connection_, book, status_},
          changed_{io, asio::steady_timer::time_point::max()},
          random_{std::random_device{}()} {}

    /// Those in flight hear of the end while everything they need is still there.
    ~implementation() { connection_.close("stopped"); }

    void start() { spawn(run(), "the link to the ledger"); }

    void submit(purchase& one) {
        flights_.submit(one);
        take_off_soon();
    }

    void tick(time_point now) {
        if (connection_.waits_since(now - limits::reply_deadline)) {
            connection_.close("no reply for 500 ms");
            up_ = false;  // `on_closed` comes later
        }
        flights_.expire(now);
        if (!up_) return;
        if (now - checked_ >= limits::durability_every) {
            checked_ = now;
            spawn(keep_checking(), "the check of the ledger");
        }
        if (!status_.fit) flights_.refuse_all();
        if (watch_.claim_discovery(now)) spawn(watch_.discover(now), "the search for new sales");
        watch_.poll(now);
        if (status_.fit) sweeper_.sweep(now);
        take_off_soon();
    }

    [[nodiscard]] const link_status& status() const noexcept { return status_; }

    void on_connected() override {
        connected_ = true;
        changed_.cancel();
    }

    void on_closed(const std::string& why) override {
        why_ = why;
        connected_ = false;
        closed_ = true;
        up_ = false;
        status_.connected = false;
        status_.memory_bytes = 0;
        forecast_.forget();
        changed_.cancel();
    }

  private:
    /// Runs `task`; whatever ends it with an exception is a bug, and says so.
    void spawn(asio::awaitable<void> task, const char* what) {
        asio::co_spawn(io_, std::move(task), [what](const std::exception_ptr& error) {
            if (error) spdlog::critical("{} has ended by an exception", what);
            ONSALE_ASSERT(error == nullptr);
        });
    }

    /// Sends at the end of this turn of the loop: all that arrived in it travels together.
    void take_off_soon() {
        if (posted_ || !up_ || !status_.fit) return;
        posted_ = true;
        asio::post(io_, [this] {
            posted_ = false;
            if (up_ && status_.fit) flights_.take_off(monotonic::now());
        });
    }

    /// The next batch leaves first: it is written at the end of the turn it was sent in, and only
    /// then are those told who have landed.
    void land_soon() {
        take_off_soon();
        asio::post(io_, [this] { asio::post(io_, [this] { flights_.tell(); }); });
    }

    asio::awaitable<void> run() {
        for (;;) {
            const auto greeted = co_await connect_and_greet();
            if (greeted) {
                come_up(*greeted);
                co_await until_closed();
                spdlog::warn("lost the ledger at {}: {}", to_.to_string(), why_);
                old_.push_back(*greeted);
            } else {
                ++failures_;
                complain(greeted.error().sentence);
                connection_.close(greeted.error().sentence);
                co_await until_closed();
            }
            co_await rest();
        }
    }

    void come_up(const identity& us) {
        spdlog::info("connected to the ledger at {} as client {}", to_.to_string(), us.client);
        old_.clear();
        complained_ = {};
        up_ = true;
        rest_ = limits::reconnect_first;
        checked_ = monotonic::now();
        status_.connected = true;
        status_.connects.fetch_add(1, std::memory_order_relaxed);
        // Before the next tick would: who has waited long enough does not leave once more.
        flights_.expire(checked_);
        take_off_soon();
    }

    asio::awaitable<or_complaint<identity>> connect_and_greet() {
        closed_ = false;
        const auto begun = co_await begin_to_connect();
        if (!begun) {
            closed_ = true;
            co_return begun.error();
        }
        while (!connected_ && !closed_) {
            co_await wait_for_change();
        }
        if (closed_) co_return complaint{why_};
        auto us = co_await greet(connection_, to_);
        if (!us) co_return us.error();
        judge(co_await check());
        if (sabotage::is(sabotage::mutant::fence_skipped)) old_.clear();
        const auto fenced = co_await fence(connection_, *us, old_);
        if (!fenced) co_return fenced.error();
        status_.fences.fetch_add(static_cast<std::uint64_t>(*fenced), std::memory_order_relaxed);
        if (closed_) co_return complaint{why_};
        co_return std::move(*us);
    }

    asio::awaitable<or_complaint<int>> begin_to_connect() {
        if (!to_.socket.empty()) {
            connection_.open_unix(to_.socket);
            co_return 0;
        }
        // Asked anew each time: a name may have moved. hiredis itself would block on it. A name
        // may have several addresses of which only some answer: each gets its turn.
        asio::ip::tcp::resolver resolver{io_};
        auto [error, found] = co_await resolver.async_resolve(to_.host, std::to_string(to_.port),
                                                              asio::as_tuple(asio::use_awaitable));
        if (error) co_return complaint{"host " + to_.host + ": " + error.message()};
        const auto next =
            std::next(found.begin(), static_cast<std::ptrdiff_t>(failures_ % found.size()));
        connection_.open_tcp(next->endpoint().address().to_string(), to_.port);
        co_return 0;
    }

    /// Whether the ledger is fit to sell on.
    asio::awaitable<or_complaint<int>> check() {
        const auto allowed = co_await check_rights(connection_);
        if (!allowed) co_return allowed;
        const auto configured = co_await check_durability(connection_, wanted_);
        if (!configured || wanted_ == durability::none) co_return configured;
        const auto told = co_await ask_rewrites(connection_);
        if (!told) co_return told.error();
        co_return file_.believe(*told);
    }

    asio::awaitable<void> keep_checking() {
        const auto fit = co_await check();
        if (!up_ || !connection_.is_open()) co_return;  // no answer is no verdict
        judge(fit);
        const auto memory = co_await ask_memory(connection_);
        if (!up_) co_return;
        memory ? publish(*memory) : do_without_memory(memory.error().sentence);
    }

    void publish(const ledger_memory& seen) {
        knows_no_memory_ = false;
        forecast_.hear(seen, monotonic::now());
        status_.memory_limit_bytes = seen.limit;
        status_.memory_seconds_left = forecast_.time_left().count();
        status_.memory_bytes = seen.used;  // the last: who sees it sees the others
    }

    /// Sells all the same; says so once, until it is over.
    void do_without_memory(const std::string& why) {
        status_.memory_bytes = 0;
        if (std::exchange(knows_no_memory_, true)) return;
        spdlog::warn("how long the ledger's memory lasts is not known: {}", why);
    }

    void judge(const or_complaint<int>& checked) {
        const bool fit = checked.has_value() || sabotage::is(sabotage::mutant::unsynced_ack);
        if (!checked) complain(checked.error().sentence);
        if (fit && !status_.fit) spdlog::info("the ledger is fit to sell on");
        status_.fit = fit;
    }

    /// Says what is wrong, once until it is something else or over.
    void complain(const std::string& sentence) {
        if (sentence == complained_) return;
        complained_ = sentence;
        spdlog::error("no selling, the ledger at {}: {}", to_.to_string(), sentence);
    }

    asio::awaitable<void> until_closed() {
        while (!closed_) {
            co_await wait_for_change();
        }
    }

    asio::awaitable<void> wait_for_change() {
        co_await changed_.async_wait(asio::as_tuple(asio::use_awaitable));
    }

    asio::awaitable<void> rest() {
        std::uniform_int_distribution<std::int64_t> jitter{0, rest_.count()};
        asio::steady_timer timer{io_, rest_ + std::chrono::milliseconds{jitter(random_)}};
        rest_ = std::min(2 * rest_, limits::reconnect_most);
        co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }

    asio::io_context& io_;
    const endpoint to_;
    const durability wanted_;
    link_status status_;
    connection connection_;
    flights flights_;
    watch watch_;
    sweeper sweeper_;
    append_only_file file_;
    memory_forecast forecast_;
    asio::steady_timer changed_;  // never expires; cancelled to wake run()
    std::minstd_rand random_;
    std::vector<identity> old_;  // connections that purchases were sent on, and not yet fenced
    std::string why_;
    std::string complained_;
    time_point checked_{};
    std::chrono::milliseconds rest_ = limits::reconnect_first;
    std::size_t failures_ = 0;
    bool connected_ = false;
    bool closed_ = false;
    bool up_ = false;
    bool posted_ = false;
    bool knows_no_memory_ = false;
};

link::link(asio::io_context& io, settings chosen, sale_book& book, ledger_listener& listener)
    : implementation_{std::make_unique<implementation>(io, std::move(chosen), book, listener)} {}

link::~link() = default;

void link::start() {
    implementation_->start();
}

void link::tick(time_point now) {
    implementation_->tick(now);
}

void link::submit(purchase& one) {
    implementation_->submit(one);
}

const link_status& link::status() const noexcept {
    return implementation_->status();
}

}  // namespace onsale::redis
