#include "rush.hpp"

#include "progress.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <numeric>
#include <random>
#include <stdexcept>

namespace onsale::bench {

namespace {

using clock = std::chrono::steady_clock;
using buyer_list = std::vector<std::int64_t>;

enum class habit : std::uint8_t { pays, abandons, pays_late };

/// Of buyer i at place i, the same for every strategy.
std::vector<habit> habits(const rush_plan& plan) {
    std::mt19937_64 random{plan.seed};
    std::vector<habit> all(static_cast<std::size_t>(plan.buyers));
    for (auto& one : all) {
        const auto chance = std::uniform_real_distribution{}(random);
        one = chance < plan.abandon               ? habit::abandons
              : chance < plan.abandon + plan.late ? habit::pays_late
                                                  : habit::pays;
    }
    return all;
}

buyer_list buyers_from(std::int64_t first, std::int64_t count) {
    buyer_list all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), first);
    return all;
}

/// What one thread has seen; nobody else writes to it.
struct till_roll {
    std::vector<double> latencies_ms;  ///< of orders in the rush
    clock::time_point last_order{};
    buyer_list ordered;
    std::int64_t bought = 0;  ///< payments, by their results
    std::int64_t in_vain = 0;
    std::int64_t refunds_due = 0;
};

class rush {
  public:
    rush(strategy& shop, const rush_plan& plan)
        : shop_{shop}, plan_{plan}, habits_{habits(plan)}, rolls_(plan.threads) {}

    void order() {
        began_ = clock::now();
        each(buyers_from(0, plan_.buyers), "the rush", [this](std::size_t thread, auto buyer) {
            const auto asked = clock::now();
            if (!shop_.order(thread, buyer)) return true;
            auto& roll = rolls_[thread];
            roll.last_order = clock::now();
            const std::chrono::duration<double, std::milli> took = roll.last_order - asked;
            roll.latencies_ms.push_back(took.count());
            roll.ordered.push_back(buyer);
            return true;
        });
    }

    void pay(habit whose) {
        const bool late = whose == habit::pays_late;
        each(with_order(whose), late ? "late payments" : "payments",
             [this, late](std::size_t thread, auto buyer) {
                 count(rolls_[thread], shop_.pay(thread, buyer), late);
                 return true;
             });
    }

    /// Buyers who pay at once, until they are told that there is nothing left.
    void second_wave() {
        each(buyers_from(plan_.buyers, plan_.tickets), "the second wave",
             [this](std::size_t thread, auto buyer) {
                 if (!shop_.order(thread, buyer)) return false;
                 count(rolls_[thread], shop_.pay(thread, buyer), false);
                 return true;
             });
    }

    [[nodiscard]] rush_result result() const {
        rush_result found;
        found.name = shop_.name();
        measure_answers(found);
        const auto said = shop_.read_books();
        found.paid = said.paid;
        found.oversold = said.given - said.different;
        found.undersold = plan_.tickets - said.paid;
        std::int64_t bought = 0;
        for (const auto& roll : rolls_) {
            bought += roll.bought;
            found.charged_without_ticket += roll.in_vain;
            found.refunds_due += roll.refunds_due;
        }
        if (bought != said.paid) throw std::runtime_error{"buyers were told other than the books"};
        return found;
    }

  private:
    using visit = std::function<bool(std::size_t thread, std::int64_t buyer)>;

    /// Visits all buyers, in their order, on all threads; a thread whose visit is false goes home.
    void each(const buyer_list& buyers, const std::string& what, const visit& to) {
        progress told{std::string{shop_.name()} + ", " + what, buyers.size()};
        std::atomic<std::size_t> next{0};
        std::vector<std::future<void>> threads;
        for (std::size_t thread = 0; thread < plan_.threads; ++thread) {
            threads.push_back(std::async(std::launch::async, [&, thread] {
                for (auto i = next++; i < buyers.size() && to(thread, buyers[i]); i = next++)
                    told.count();
            }));
        }
        for (auto& one : threads)
            one.get();
    }

    [[nodiscard]] buyer_list with_order(habit whose) const {
        buyer_list all;
        for (const auto& roll : rolls_) {
            std::copy_if(
                roll.ordered.begin(), roll.ordered.end(), std::back_inserter(all),
                [&](auto buyer) { return habits_[static_cast<std::size_t>(buyer)] == whose; });
        }
        std::sort(all.begin(), all.end());
        return all;
    }

    /// Whoever pays in time is to get a ticket: for them a debt in the books is no excuse.
    static void count(till_roll& roll, payment_result what, bool late) {
        if (what == payment_result::ticket) {
            ++roll.bought;
        } else if (what == payment_result::refund_due && late) {
            ++roll.refunds_due;
        } else {
            ++roll.in_vain;
        }
    }

    void measure_answers(rush_result& found) const {
        std::vector<double> all;
        auto last = began_;
        for (const auto& roll : rolls_) {
            all.insert(all.end(), roll.latencies_ms.begin(), roll.latencies_ms.end());
            last = std::max(last, roll.last_order);
        }
        if (all.empty()) throw std::runtime_error{"nobody could order"};
        std::sort(all.begin(), all.end());
        const auto part = [&](double share) {
            return all[static_cast<std::size_t>(share * static_cast<double>(all.size() - 1))];
        };
        found.orders = static_cast<std::int64_t>(all.size());
        found.p50_ms = part(0.5);
        found.p99_ms = part(0.99);
        found.orders_per_second =
            static_cast<double>(all.size()) / std::chrono::duration<double>(last - began_).count();
    }

    strategy& shop_;
    const rush_plan& plan_;
    const std::vector<habit> habits_;
    std::vector<till_roll> rolls_;
    clock::time_point began_;
};

}  // namespace

rush_result run_rush(strategy& shop, const rush_plan& plan) {
    rush crowd{shop, plan};
    crowd.order();
    crowd.pay(habit::pays);
    shop.end_holds();
    crowd.second_wave();
    crowd.pay(habit::pays_late);
    return crowd.result();
}

}  // namespace onsale::bench
