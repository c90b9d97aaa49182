#pragma once

#include "nemesis/shop_window.hpp"

#include <atomic>
#include <thread>
#include <vector>

namespace onsale::nemesis {

/// Buyers who buy one ticket after the other and pay each at once, straight from the nodes, on
/// threads of their own. `to` and `payments` live longer.
class paying_crowd {
  public:
    paying_crowd(const addresses& to, const test::payment_side& payments);
    ~paying_crowd();
    paying_crowd(const paying_crowd&) = delete;
    paying_crowd& operator=(const paying_crowd&) = delete;

    /// Ends them and takes what they remember.
    [[nodiscard]] history finish();

  private:
    void buy(std::size_t number, history& into);

    const addresses& to_;
    const test::payment_side& payments_;
    std::atomic<bool> over_{false};
    std::vector<history> remembered_;  // of each thread
    std::vector<std::thread> threads_;
};

}  // namespace onsale::nemesis
