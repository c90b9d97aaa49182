#include "nemesis/paying_crowd.hpp"

#include "support/ledger_client.hpp"

#include <algorithm>
#include <iterator>
#include <string>

namespace onsale::nemesis {

namespace {

constexpr std::size_t buyers = 4;
constexpr milliseconds pause{5};

}  // namespace

paying_crowd::paying_crowd(const addresses& to, const test::payment_side& payments)
    : to_{to}, payments_{payments}, remembered_(buyers) {
    for (std::size_t i = 0; i < buyers; ++i)
        threads_.emplace_back([this, i] { buy(i, remembered_[i]); });
}

paying_crowd::~paying_crowd() {
    static_cast<void>(finish());
}

history paying_crowd::finish() {
    over_ = true;
    history all;
    for (auto& one : threads_)
        one.join();
    threads_.clear();
    for (auto& one : remembered_)
        std::move(one.begin(), one.end(), std::back_inserter(all));
    remembered_.clear();
    return all;
}

void paying_crowd::buy(std::size_t number, history& into) {
    shop_window window{to_, payments_};
    for (int i = 0; !over_; ++i) {
        const auto name = "hasty-" + std::to_string(number) + "-" + std::to_string(i);
        const auto told = window.ask({.route = static_cast<int>(number % to_.nodes.size()),
                                      .buyer = name,
                                      .key = "key-of-" + name});
        if (told.is_yes()) {
            window.ask({.what = call::pay,
                        .route = told.route,
                        .buyer = name,
                        .about = told.reservation,
                        .payment = "pay-of-" + name,
                        .amount = test::price});
        }
        std::this_thread::sleep_for(pause);
    }
    into = window.take_history();
}

}  // namespace onsale::nemesis
