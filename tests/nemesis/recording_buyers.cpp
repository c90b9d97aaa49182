#include "nemesis/recording_buyers.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace onsale::nemesis {

namespace {

/// Visits that share a name, so that its limit is met by several at once; fewer than the most
/// reservations that a buyer may ever make.
constexpr std::int64_t visits_of_a_regular = 40;
/// Of those, how many also share a key.
constexpr std::int64_t visits_of_a_key = 4;
constexpr int most_attempts = 12;
constexpr int most_quantity = 4;

}  // namespace

recording_buyer::recording_buyer(shared& all, int number, std::uint64_t seed)
    : all_{all}, number_{number}, random_{seed}, window_{all.to, all.payments} {}

void recording_buyer::run() {
    while (!all_.over) {
        do_what_is_due();
        visit();
        rest();
    }
    // Payments that are under way are asked for until they are told.
    for (auto& [when, what] : agenda_) {
        std::this_thread::sleep_until(
            std::min(when, std::chrono::steady_clock::now() + milliseconds{all_.hold_ms}));
        what();
    }
}

int recording_buyer::number(int from, int to) {
    return std::uniform_int_distribution<int>{from, to}(random_);
}

int recording_buyer::any_route() {
    const auto nodes = static_cast<int>(all_.to.nodes.size());
    return happens(45) ? by_nginx : number(0, nodes - 1);
}

int recording_buyer::other_route(int than) {
    const auto nodes = static_cast<int>(all_.to.nodes.size());
    const auto chosen = number(by_nginx, nodes - 2);
    return chosen >= than ? chosen + 1 : chosen;
}

exchange recording_buyer::make_wish() {
    exchange wish{.route = any_route()};
    wish.quantity = happens(60) ? 1 : number(1, most_quantity);
    if (happens(25)) {
        const auto turn = all_.regulars.fetch_add(1);
        wish.buyer = all_.prefix + "regular-" + std::to_string(turn / visits_of_a_regular);
        wish.key = "key-" + std::to_string(turn / visits_of_a_key);
        wish.quantity = 1 + (turn / visits_of_a_key) % 2;
        return wish;
    }
    const auto name = std::to_string(number_) + "-" + std::to_string(++visits_);
    wish.buyer = all_.prefix + name;
    if (happens(12)) {
        wish.what = call::ticket;
        wish.quantity = 1;
        if (happens(50)) wish.key = "key-" + name;
    } else {
        wish.key = "key-" + name;
    }
    return wish;
}

void recording_buyer::visit() {
    const auto told = insist(make_wish());
    if (told.is_yes()) {
        all_.tickets += static_cast<std::int64_t>(told.tickets.size());
        if (!told.reservation.empty()) after_yes(told);
    } else if (told.is_no() && !told.key.empty() && happens(5)) {
        put_on_agenda(milliseconds{number(100, 3'000)}, [this, told] { insist(told); });
    }
    // Somebody who never got an answer does not always ask again: such a hold expires.
}

exchange recording_buyer::insist(exchange one) {
    const bool once = one.buys() && one.key.empty();
    for (int attempt = 0;; ++attempt) {
        if (one.buys()) ++all_.purchases;
        exchange asked{.what = one.what,
                       .route = one.route,
                       .buyer = one.buyer,
                       .key = one.key,
                       .quantity = one.quantity,
                       .about = one.about,
                       .payment = one.payment,
                       .amount = one.amount};
        const auto told = window_.ask(asked);
        if (!told.is_doubt() && !told.is_busy()) return told;
        if (once || attempt == most_attempts) return told;
        if (told.status == 202 && told.buys()) look(told);
        const bool gives_up = one.buys() && attempt > 0 && happens(told.is_busy() ? 20 : 8);
        if (gives_up) return told;
        std::this_thread::sleep_for(milliseconds{number(10, 60 * (attempt + 1))});
        one.route = other_route(one.route);
    }
}

/// Asks by the id, as somebody who is in doubt is told to.
void recording_buyer::look(const exchange& told) {
    if (told.reservation.empty()) return;
    window_.ask({.what = call::show,
                 .route = other_route(told.route),
                 .buyer = told.buyer,
                 .about = told.reservation});
}

void recording_buyer::after_yes(const exchange& told) {
    const auto hold = static_cast<int>(all_.hold_ms);
    const auto payment = "pay-" + std::to_string(number_) + "-" + std::to_string(++payments_);
    const auto left = static_cast<int>(std::max<std::int64_t>(told.pay_by_ms - now_ms(), 0));
    const auto what = number(1, 100);
    const auto pays = [this, told, payment] { pay(told, payment); };
    if (what <= 22) {
        put_on_agenda(milliseconds{number(0, hold * 2 / 3)}, pays);
    } else if (what <= 30) {  // in the very moment of its end
        put_on_agenda(milliseconds{std::max(left - number(0, 30), 0)}, pays);
    } else if (what <= 38) {
        put_on_agenda(milliseconds{left + number(1, 1'500)}, pays);
    } else if (what <= 52) {
        put_on_agenda(milliseconds{number(0, hold * 2 / 3)}, [this, told] { cancel(told); });
    } else if (what <= 55) {  // twice, from two accounts
        put_on_agenda(milliseconds{number(0, hold / 3)}, pays);
        put_on_agenda(milliseconds{number(0, hold * 2 / 3)},
                      [this, told, payment] { pay(told, payment + "-again"); });
    }
    if (told.key.empty() || told.what == call::ticket) return;
    if (happens(15)) {
        put_on_agenda(milliseconds{number(0, hold)}, [this, told] {
            auto again = told;
            again.route = other_route(told.route);
            insist(again);
        });
    }
    if (happens(8)) {
        put_on_agenda(milliseconds{number(0, hold / 2)}, [this, told] {
            auto altered = told;
            altered.quantity = told.quantity % most_quantity + 1;
            insist(altered);
        });
    }
}

void recording_buyer::pay(const exchange& told, const std::string& payment) {
    const auto quantity = told.what == call::ticket ? 1 : told.quantity;
    insist({.what = call::pay,
            .route = any_route(),
            .buyer = told.buyer,
            .about = told.reservation,
            .payment = payment,
            .amount = quantity * all_.price});
}

void recording_buyer::cancel(const exchange& told) {
    insist({.what = call::cancel,
            .route = any_route(),
            .buyer = told.buyer,
            .about = told.reservation});
}

void recording_buyer::put_on_agenda(milliseconds later, task what) {
    agenda_.emplace(std::chrono::steady_clock::now() + later, std::move(what));
}

void recording_buyer::do_what_is_due() {
    while (!agenda_.empty() && agenda_.begin()->first <= std::chrono::steady_clock::now()) {
        const auto what = std::move(agenda_.begin()->second);
        agenda_.erase(agenda_.begin());
        what();
    }
}

/// As long as it likes, but not past what it has to do.
void recording_buyer::rest() {
    auto until = std::chrono::steady_clock::now() +
                 milliseconds{number(0, 2 * static_cast<int>(all_.pause.count()))};
    if (!agenda_.empty()) until = std::min(until, agenda_.begin()->first);
    std::this_thread::sleep_until(until);
}

recording_buyers::recording_buyers(recording_buyer::shared& all, int count, std::uint64_t seed)
    : all_{all} {
    for (int i = 0; i < count; ++i) {
        buyers_.push_back(
            std::make_unique<recording_buyer>(all, i, seed + static_cast<std::uint64_t>(i)));
    }
    for (auto& one : buyers_) {
        threads_.emplace_back([buyer = one.get()] { buyer->run(); });
    }
}

recording_buyers::~recording_buyers() {
    all_.over = true;
    for (auto& one : threads_) {
        if (one.joinable()) one.join();
    }
}

history recording_buyers::finish() {
    all_.over = true;
    for (auto& one : threads_)
        one.join();
    history all;
    for (auto& one : buyers_) {
        auto mine = one->take_history();
        std::move(mine.begin(), mine.end(), std::back_inserter(all));
    }
    return all;
}

}  // namespace onsale::nemesis
