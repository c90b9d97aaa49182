#pragma once

#include "onsale/core/box_office.hpp"
#include "onsale/core/error.hpp"

#include <boost/asio/io_context.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// The HTTP side of one thread (design §6, §7): its listener, its connections, the routes.

namespace onsale::http {

/// A listening socket. Several may share a port, one for each thread.
class listening_socket {
  public:
    /// Binds with SO_REUSEPORT; the first of a process probes without it, else a second server on
    /// the same port would be no error.
    [[nodiscard]] static or_complaint<listening_socket> open(const std::string& address,
                                                             std::uint16_t port, bool probe_first);

    listening_socket(listening_socket&& other) noexcept;
    listening_socket& operator=(listening_socket&& other) noexcept;
    ~listening_socket();

    [[nodiscard]] int release() noexcept;

  private:
    explicit listening_socket(int descriptor) noexcept : descriptor_{descriptor} {}
    int descriptor_ = -1;
};

/// What the operators' pages show; called on the thread of the request.
struct operator_pages {
    std::function<std::string()> metrics;                 ///< Prometheus text
    std::function<std::vector<std::string>()> not_ready;  ///< reasons; empty: ready
};

struct server_settings {
    std::string default_sale;
    std::string stat_log;  ///< path; empty: none
    bool trust_request_id = false;
    bool require_buyer = false;
    std::string payment_secret;   ///< empty: payments are off
    std::size_t connections = 0;  ///< most at once; beyond it they wait to be accepted
};

/// Written by the server's thread, read by any.
struct server_counts {
    std::array<std::atomic<std::uint64_t>, 15> outcomes{};  ///< answers to purchases, by outcome
    std::array<std::atomic<std::uint64_t>, settle_results> settled{};  ///< payments, cancellations
    std::atomic<std::uint64_t> accepted{0};
    std::atomic<std::uint64_t> refused{0};    ///< requests that were no good
    std::atomic<std::uint64_t> timed_out{0};  ///< connections closed at a deadline
    std::atomic<std::int64_t> open{0};        ///< connections now
};

/// One thread, but for `counts`. `io` and `office` outlive it; the io_context must not run any more
/// when it is destroyed.
class server final : public audience {
  public:
    server(boost::asio::io_context& io, server_settings settings, box_office& office,
           operator_pages pages);
    ~server();

    /// Begins to accept. A complaint if the stat log cannot be opened.
    [[nodiscard]] or_complaint<int> start(listening_socket on);

    /// Deadlines. Every `limits::tick`.
    void tick(time_point now);

    /// Accepts what waits already, closes the listener and the idle connections, answers what is in
    /// flight. `is_empty` when all are gone.
    void stop();
    [[nodiscard]] bool is_empty() const noexcept;

    void answered(std::uint64_t tag, const answer& told) override;
    void shown(std::uint64_t tag, const sighting& seen) override;
    void settled(std::uint64_t tag, const settlement_told& told) override;

    [[nodiscard]] const server_counts& counts() const noexcept;

  private:
    class implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace onsale::http
