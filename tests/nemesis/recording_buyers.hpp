#pragma once

#include "nemesis/shop_window.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace onsale::nemesis {

/// One of many buyers at work, on a thread of its own: comes with new names and keys, asks again
/// when it is not told, asks for something else with the same key, pays in time, late and twice,
/// and cancels.
class recording_buyer {
  public:
    struct shared {
        addresses to;
        const test::payment_side& payments;
        std::int64_t price = 0;
        std::int64_t hold_ms = 0;
        std::string prefix;      ///< of names, keys and payments
        milliseconds pause{30};  ///< between two visits, on average
        std::atomic<bool> over{false};
        std::atomic<std::int64_t> purchases{0};  ///< asked so far
        std::atomic<std::int64_t> tickets{0};    ///< told so far
        std::atomic<std::int64_t> regulars{0};   ///< visits of buyers whom several share
    };

    recording_buyer(shared& all, int number, std::uint64_t seed);

    /// Until it is over, and all that was begun is done.
    void run();
    [[nodiscard]] history take_history() { return window_.take_history(); }

  private:
    using task = std::function<void()>;

    void visit();
    [[nodiscard]] exchange make_wish();
    /// The same request again until there is an answer, or the buyer has had enough of it.
    exchange insist(exchange one);
    void after_yes(const exchange& told);
    void pay(const exchange& told, const std::string& payment);
    void cancel(const exchange& told);
    void look(const exchange& told);
    /// To be done `later`.
    void put_on_agenda(milliseconds later, task what);
    void do_what_is_due();
    void rest();

    [[nodiscard]] int number(int from, int to);
    [[nodiscard]] bool happens(int percent) { return number(1, 100) <= percent; }
    [[nodiscard]] int any_route();
    [[nodiscard]] int other_route(int than);

    shared& all_;
    int number_;
    std::mt19937_64 random_;
    shop_window window_;
    std::multimap<time_point, task> agenda_;
    std::int64_t visits_ = 0;
    std::int64_t payments_ = 0;
};

/// All of them.
class recording_buyers {
  public:
    recording_buyers(recording_buyer::shared& all, int count, std::uint64_t seed);
    ~recording_buyers();
    recording_buyers(const recording_buyers&) = delete;
    recording_buyers& operator=(const recording_buyers&) = delete;

    /// Ends them and takes what they remember; in the order of threads.
    [[nodiscard]] history finish();

  private:
    recording_buyer::shared& all_;
    std::vector<std::unique_ptr<recording_buyer>> buyers_;
    std::vector<std::thread> threads_;
};

}  // namespace onsale::nemesis
