#include "nemesis/faults.hpp"

#include <memory>
#include <utility>

// What can become of the order database. No sale stops for it, and no order is lost.

namespace onsale::nemesis {

namespace {

bool is_postgresql(const whole_system& on) {
    return on.database_gate != nullptr;
}

/// PostgreSQL's server is down; a file of SQLite's is somebody else's.
affliction take_away(scene& at) {
    at.on.orders.take_away();
    ++at.injected["database stopped"];
    return {.end = [&at] { at.on.orders.bring_back(); }};
}

affliction slow_down(scene& at) {
    ++at.injected["database slow"];
    if (is_postgresql(at.on)) {
        const milliseconds delay{at.number(20, 200)};
        at.on.database_gate->delay(delay, delay);
        return {.end = [&at] { at.on.database_gate->delay(milliseconds{0}, milliseconds{0}); }};
    }
    auto when = std::make_shared<pace>(milliseconds{at.number(100, 400)});
    auto is_away = std::make_shared<bool>(false);
    return {.act =
                [&at, when, is_away] {
                    if (!when->due()) return;
                    *is_away ? at.on.orders.bring_back() : at.on.orders.take_away();
                    *is_away = !*is_away;
                },
            .end =
                [&at, is_away] {
                    if (*is_away) at.on.orders.bring_back();
                }};
}

void make_read_only(scene& at, bool so) {
    at.on.orders.execute(std::string{"ALTER SYSTEM SET default_transaction_read_only = "} +
                         (so ? "on" : "off"));
    at.on.orders.execute("SELECT pg_reload_conf()");
}

affliction forbid_writing(scene& at) {
    make_read_only(at, true);
    ++at.injected["database read-only"];
    return {.end = [&at] { make_read_only(at, false); }};
}

affliction fill_disk(scene& at) {
    at.on.orders_disk->fill();
    ++at.injected["database on a full disk"];
    return {.end = [&at] { at.on.orders_disk->make_room(); }};
}

/// The database refuses one buyer's orders: dead letters, which are tried again when the writer
/// starts, and then go through.
affliction poison(scene& at) {
    const auto buyer = "poison-" + std::to_string(at.random() % 1'000'000);
    at.on.orders.refuse_buyer(buyer);
    auto is_sold = std::make_shared<bool>(false);
    auto when = std::make_shared<pace>(milliseconds{150});
    return {.act =
                [&at, buyer, is_sold, when] {
                    if (*is_sold || !when->due()) return;
                    const auto told = at.buy_at(at.any_node(), buyer);
                    *is_sold = told == 200 || told == 201;
                    if (*is_sold) ++at.injected["an order that is refused"];
                },
            .end =
                [&at] {
                    at.on.orders.refuse_nobody();
                    for (const auto& one : at.on.writers)
                        one->kill();
                },
            .lasts = milliseconds{1'200}};
}

}  // namespace

void add_database_faults(std::vector<fault>& to) {
    to.push_back({"database stopped", "database", 4, take_away});
    to.push_back({"database slow", "database", 2, slow_down});
    to.push_back({"database read-only", "database", 4, forbid_writing, is_postgresql});
    to.push_back({.name = "database on a full disk",
                  .part = "database",
                  .weight = 4,
                  .begin = fill_disk,
                  .is_possible = [](const whole_system& on) { return on.orders_disk != nullptr; }});
    to.push_back({"an order that is refused", "database", 2, poison});
}

}  // namespace onsale::nemesis
