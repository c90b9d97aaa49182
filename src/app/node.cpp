#include "onsale/app/node.hpp"

#include "metrics.hpp"
#include "worker.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace onsale::app {

namespace {

redis::durability parse_durability(const std::string& name) {
    if (name == "none") return redis::durability::none;
    return name == "everysec" ? redis::durability::everysec : redis::durability::always;
}

/// Descriptors that may be connections: as many as the system lets us have.
std::size_t connections_at_most() {
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    ::getrlimit(RLIMIT_NOFILE, &files);
    const auto count = static_cast<std::size_t>(files.rlim_cur);
    return count > 2 * limits::spare_descriptors ? count - limits::spare_descriptors : count / 2;
}

class node {
  public:
    node(const config& chosen, const redis::endpoint& to, const std::string& payment_secret)
        : config_{chosen},
          book_{share{chosen.weight, chosen.weights, chosen.buffer}, chosen.local_stock} {
        const auto threads = static_cast<std::size_t>(chosen.threads);
        const http::server_settings http{.default_sale = chosen.default_sale,
                                         .stat_log = chosen.stat_log,
                                         .trust_request_id = chosen.trust_request_id,
                                         .require_buyer = chosen.require_buyer,
                                         .payment_secret = payment_secret,
                                         .connections = connections_at_most() / threads};
        const box_office::settings office{.top_up = chosen.top_up,
                                          .count_attempts = !chosen.stat_log.empty()};
        const redis::link::settings ledger{.to = to,
                                           .wanted = parse_durability(chosen.durability),
                                           .late = chosen.late_payment == "refuse"
                                                       ? redis::late_payments::refuse
                                                       : redis::late_payments::rebuy};
        for (std::size_t i = 0; i < threads; ++i) {
            workers_.push_back(std::make_unique<worker>(http, office, ledger, book_, pages()));
        }
        takes_payments_ = !payment_secret.empty();
    }

    or_complaint<int> run() {
        bool first = true;
        for (const auto& one : workers_) {
            auto socket = http::listening_socket::open(config_.listen,
                                                       static_cast<std::uint16_t>(config_.port),
                                                       std::exchange(first, false));
            if (!socket) return socket.error();
            const auto started = one->start(std::move(*socket));
            if (!started) return started.error();
        }
        spdlog::info("listening on {}:{}, {} thread(s), weight {} of {}", config_.listen,
                     config_.port, config_.threads, config_.weight, config_.weights);
        if (!config_.top_up) {
            spdlog::warn(
                "top_up is off: local stock gone is sold out, also while the ledger has tickets");
        }
        if (config_.durability != "always") {
            spdlog::warn(
                "durability is '{}': acknowledged tickets can be lost when Redis is killed",
                config_.durability);
        }
        if (!takes_payments_) {
            spdlog::warn(
                "payments are off and are answered 503: payments.secret_file names no secret");
        }
        run_threads();
        spdlog::info("stopped");
        return 0;
    }

  private:
    http::operator_pages pages() {
        return {[this] { return metrics_text(workers_, book_); },
                [this] { return reasons_not_ready(workers_, book_, stopping_.load()); }};
    }

    void run_threads() {
        boost::asio::io_context signals;
        boost::asio::signal_set expected{signals, SIGTERM, SIGINT};
        wait_for_signal(expected);
        std::vector<std::thread> threads;
        for (const auto& one : workers_) {
            threads.emplace_back([&one] { one->run(); });
        }
        std::thread listener{[&signals] { signals.run(); }};
        for (auto& one : threads) {
            one.join();
        }
        signals.stop();
        listener.join();
        leave_soon();
    }

    /// Everyone is answered. What the log and the stat log are still to get has so long: nobody
    /// waits for whoever has stopped taking it.
    static void leave_soon() {
        std::signal(SIGALRM, [](int) { std::_Exit(0); });
        ::alarm(static_cast<unsigned>(limits::last_lines.count()));
    }

    void wait_for_signal(boost::asio::signal_set& expected) {
        expected.async_wait([this, &expected](boost::system::error_code error, int) {
            if (error) return;
            const bool again = stopping_.exchange(true);
            if (again) spdlog::warn("told to stop again: leaving at once");
            if (!again) spdlog::info("told to stop: answering what is in flight");
            for (const auto& one : workers_) {
                again ? one->leave_at_once() : one->stop();
            }
            wait_for_signal(expected);
        });
    }

    const config config_;
    sale_book book_;
    workers workers_;
    bool takes_payments_ = false;
    std::atomic<bool> stopping_{false};
};

}  // namespace

or_complaint<int> run_node(const config& chosen) {
    const auto to = ledger_endpoint(chosen);
    if (!to) return to.error();
    const auto secret = read_payment_secret(chosen);
    if (!secret) return secret.error();
    std::signal(SIGPIPE, SIG_IGN);  // hiredis writes without MSG_NOSIGNAL
    node one{chosen, *to, secret->bytes};
    return one.run();
}

}  // namespace onsale::app
