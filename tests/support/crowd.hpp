#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

// Many buyers at once, each with a name and a key of its own, and a memory of all they were told.

namespace onsale::test {

/// One answer to one request.
struct told {
    unsigned status = 0;        ///< 0: none came, or the connection broke
    std::string code{};         ///< of a refusal: `sold_out` …
    std::string reservation{};  ///< the id, if one was named
    std::string buyer{};        ///< to whom the reservation is made out
    std::vector<std::int64_t> tickets{};
    std::int64_t asked_ms = 0;  ///< by the system's clock, which is also Redis's
    std::int64_t told_ms = 0;

    [[nodiscard]] bool is_yes() const noexcept { return status == 200 || status == 201; }
    /// Sent, and nobody knows: 202, or the answer was lost on its way to the buyer.
    [[nodiscard]] bool is_doubt() const noexcept { return status == 202 || status == 0; }
    /// A refusal for good: the same key gets no ticket any more from what was sent before.
    [[nodiscard]] bool is_no() const noexcept { return status >= 400 && status < 500; }
};

struct buyer {
    std::string name;
    std::vector<told> answers{};  ///< in order; one for each time the same key was sent
};

/// Sends one request and waits for its answer; what goes wrong on the way is status 0.
class http_client;
[[nodiscard]] told buy(http_client& over, const std::string& sale, const std::string& name);

/// Thread safety: `start`, `stop` and `join` from one thread; `size` from any.
class crowd {
  public:
    /// More buyers than can come in a test's time, if they pause; it ends with `stop`.
    static constexpr int endless = 300'000;

    struct options {
        std::vector<std::uint16_t> ports{};  ///< asked in turn
        std::string sale = "G101";
        std::string prefix = "buyer";  ///< two crowds of one sale need two
        int connections = 12;
        int buyers = 1000;                   ///< at most
        int tries = 1;                       ///< with the same key, until it is yes or no
        std::chrono::milliseconds pause{0};  ///< of each connection, between two purchases
    };

    explicit crowd(options chosen);
    ~crowd();
    crowd(const crowd&) = delete;
    crowd& operator=(const crowd&) = delete;

    void start();
    /// No new buyer comes.
    void stop() noexcept { over_ = true; }
    /// Waits until all have been told.
    void join();

    /// How many buyers have come so far; after `join`, each of them has been told something.
    [[nodiscard]] int size() const noexcept;

    // After `join`.
    [[nodiscard]] const std::vector<buyer>& buyers() const noexcept { return buyers_; }
    /// Answers with this status, and with this code if one is given.
    [[nodiscard]] int count(unsigned status, const std::string& code = {}) const;
    [[nodiscard]] std::chrono::milliseconds slowest() const;

  private:
    void come_and_buy(std::size_t connection);

    const options options_;
    std::vector<buyer> buyers_;
    std::vector<std::thread> threads_;
    std::atomic<bool> over_{false};
    std::atomic<int> next_{0};
};

}  // namespace onsale::test
