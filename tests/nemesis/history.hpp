#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

// What recording buyers remember: each request, when it was sent, and what was answered when.

namespace onsale::nemesis {

using time_point = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

enum class call : std::uint8_t {
    reserve,  ///< POST /v1/sales/…/reservations
    ticket,   ///< GET /buy/ticket
    pay,
    cancel,
    show,
};

/// Through Nginx instead of straight to a node.
inline constexpr int by_nginx = -1;

/// One request and its answer.
struct exchange {
    call what = call::reserve;
    int route = by_nginx;  ///< or the node's place
    std::string buyer{};
    std::string key{};  ///< of a purchase; empty: it had none
    std::int64_t quantity = 1;
    std::string about{};    ///< the reservation that is paid, cancelled or shown
    std::string payment{};  ///< of a pay
    std::int64_t amount = 0;

    time_point sent{};
    time_point told{};
    std::int64_t sent_ms = 0;  ///< by the system's clock, which is also Redis's
    std::int64_t told_ms = 0;

    unsigned status = 0;        ///< 0: none came, or the connection broke
    std::string code{};         ///< of a problem, or the reason of a refusal: `sold_out` …
    std::string reservation{};  ///< the id that was told
    std::string told_buyer{};   ///< whose it is
    std::string state{};        ///< what became of it
    std::vector<std::int64_t> tickets{};
    std::int64_t pay_by_ms = 0;

    [[nodiscard]] bool buys() const noexcept {
        return what == call::reserve || what == call::ticket;
    }
    [[nodiscard]] bool is_yes() const noexcept {
        return what == call::ticket ? status == 200 && code.empty()
                                    : status == 200 || status == 201;
    }
    /// Nobody knows: 202, or the answer was lost on its way.
    [[nodiscard]] bool is_doubt() const noexcept { return status == 202 || status == 0; }
    /// Not taken, please try again.
    [[nodiscard]] bool is_busy() const noexcept { return status == 503; }
    /// A refusal for good.
    [[nodiscard]] bool is_no() const noexcept { return !is_yes() && !is_doubt() && !is_busy(); }
    [[nodiscard]] milliseconds took() const {
        return std::chrono::duration_cast<milliseconds>(told - sent);
    }
};

/// The code of an answer that is not what the API says.
inline constexpr const char* unreadable = "unreadable";

using history = std::vector<exchange>;

/// By the system's clock.
[[nodiscard]] inline std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<milliseconds>(now).count();
}

}  // namespace onsale::nemesis
