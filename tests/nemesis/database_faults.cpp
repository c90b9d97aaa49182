#include "nemesis/faults.hpp"
#include "support/wait_until.hpp"

#include "onsale/redis/keys.hpp"

#include <exception>
#include <memory>
#include <utility>

// What can become of the order database. No sale stops for it, and no order is lost.

namespace onsale::nemesis {

namespace {

bool is_postgresql(const whole_system& on) {
    return on.database_gate != nullptr;
}

/// False, and nothing is done: a writer that is stopped holds SQLite's lock.
template <class Action>
bool does(Action act) {
    try {
        act();
        return true;
    } catch (const std::exception& failure) {
        if (!test::order_database::is_locked(failure)) throw;
        return false;
    }
}

/// PostgreSQL's server is down; a file of SQLite's is somebody else's.
affliction take_away(scene& at) {
    if (!does([&at] { at.on.orders.take_away(); })) return {};
    ++at.injected["database stopped"];
    return {.end = [&at] { at.on.orders.bring_back(); }};
}

/// Its server is killed and started again, in the middle of whatever a writer asked it to do.
affliction kill_server(scene& at) {
    auto when = std::make_shared<pace>(milliseconds{at.number(200, 800)});
    return {.act = [&at, when] {
        at.on.orders.start_if_killed();
        if (!when->due()) return;
        at.on.orders.kill();
        ++at.injected["database killed"];
    }};
}

affliction slow_down(scene& at) {
    if (is_postgresql(at.on)) {
        ++at.injected["database slow"];
        const milliseconds delay{at.number(20, 200)};
        at.on.database_gate->delay(delay, delay);
        return {.end = [&at] { at.on.database_gate->delay(milliseconds{0}, milliseconds{0}); }};
    }
    auto when = std::make_shared<pace>(milliseconds{at.number(100, 400)});
    auto is_away = std::make_shared<bool>(false);
    auto is_counted = std::make_shared<bool>(false);
    return {.act =
                [&at, when, is_away, is_counted] {
                    if (!when->due()) return;
                    if (std::exchange(*is_away, false)) return at.on.orders.bring_back();
                    *is_away = does([&at] { at.on.orders.take_away(); });
                    if (*is_away && !std::exchange(*is_counted, true)) {
                        ++at.injected["database slow"];
                    }
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

/// How often a writer was told so by its database.
int times_told(const whole_system& on, const std::string& text) {
    int times = 0;
    for (const auto& one : on.writers)
        times += one->times_told(text);
    return times;
}

/// What has a page to spare can still be written: it counts once the database had none.
affliction fill_disk(scene& at) {
    const std::string complaint = is_postgresql(at.on) ? "No space left on device" : "disk is full";
    // SQLite writes over what is in its log before it asks for more room.
    const auto empty_log = [&] { at.on.orders.execute("PRAGMA wal_checkpoint(TRUNCATE)"); };
    if (!is_postgresql(at.on) && !does(empty_log)) return {};
    at.on.orders_disk->fill();
    auto is_counted = std::make_shared<bool>(false);
    return {.act =
                [&at, is_counted, complaint, before = times_told(at.on, complaint)] {
                    if (*is_counted || times_told(at.on, complaint) == before) return;
                    *is_counted = true;
                    ++at.injected["database on a full disk"];
                },
            .end = [&at] { at.on.orders_disk->make_room(); },
            .lasts = milliseconds{2'500}};
}

void start_writers(whole_system& on) {
    for (std::size_t i = 0; i < on.writers.size(); ++i) {
        if (!on.writers[i]->process().is_running()) on.start_writer(i);
    }
}

void kill_writers(whole_system& on) {
    for (const auto& one : on.writers)
        one->kill();
}

/// Whoever has SQLite's file open may write to it, read-only or not: the writers find it so when
/// they start, and go on by themselves once it is not.
affliction forbid_changes(scene& at) {
    kill_writers(at.on);
    if (!at.on.orders_disk->make_read_only()) return {};
    start_writers(at.on);
    ++at.injected["database on a read-only disk"];
    return {.end = [&at] { at.on.orders_disk->make_writable(); }};
}

/// The database refuses one buyer's orders: dead letters, which are tried again when the writer
/// starts, and then go through.
affliction poison(scene& at) {
    const auto buyer = "poison-" + std::to_string(at.random() % 1'000'000);
    if (!does([&] { at.on.orders.refuse_buyer(buyer); })) return {};
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
                    kill_writers(at.on);  // one that is stopped may hold SQLite's lock
                    at.on.orders.refuse_nobody();
                },
            .lasts = milliseconds{1'200}};
}

/// Gives the journal's last entry, if it is ARGV[1], a format that nobody knows.
constexpr const char* spoil_script = R"(
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 2)
if #last < 2 or last[1][1] ~= ARGV[1] then return 0 end
local id, fields, before = last[1][1], last[1][2], last[2][1]
for i = 1, #fields, 2 do
    if fields[i] == 'format' then fields[i + 1] = '9' end
end
redis.call('XDEL', KEYS[1], id)
redis.call('XSETID', KEYS[1], before, 'ENTRIESADDED', '1000000', 'MAXDELETEDID', before)
redis.call('XADD', KEYS[1], id, unpack(fields))
return 1)";

constexpr const char* open_letters =
    "SELECT count(*) FROM dead_letters WHERE what = 'entry' AND state = 'open'";

/// The last entry, which no writer has read and our own record has.
bool spoil_last_entry(whole_system& on, std::int64_t after) {
    const auto last = on.journal().all().rbegin()->first;
    if (last.version <= after) return false;
    const auto told =
        on.command({"EVAL", spoil_script, "1", redis::sale_key(whole_system::sale, "journal"),
                    std::to_string(last.epoch) + "-" + std::to_string(last.version)});
    return told && told->integer == 1;
}

/// As an operator does: mends the letter, and has the writers try it again.
void mend_entry(scene& at) {
    at.found.looked_at(check::orders);
    const auto is_there = [&at] { return at.on.orders.number(open_letters) == 1; };
    if (!test::wait_until(is_there, milliseconds{10'000})) {
        at.found.add(check::orders, "an entry that nobody understands became no dead letter");
    }
    kill_writers(at.on);  // one that is stopped may hold SQLite's lock
    at.on.orders.execute(
        "UPDATE dead_letters SET text = replace(text, 'format=9', 'format=1') "
        "WHERE what = 'entry' AND state = 'open'");
}

/// A journal entry that cannot be understood: a dead letter, and all the others go on.
affliction spoil_entry(scene& at) {
    kill_writers(at.on);
    auto is_spoilt = std::make_shared<bool>(false);
    return {.act =
                [&at, is_spoilt, before = at.on.number("version")] {
                    if (*is_spoilt || !spoil_last_entry(at.on, before)) return;
                    *is_spoilt = true;
                    ++at.injected["a poisoned journal entry"];
                    start_writers(at.on);
                },
            .end =
                [&at, is_spoilt] {
                    if (*is_spoilt) mend_entry(at);
                }};
}

}  // namespace

void add_database_faults(std::vector<fault>& to) {
    to.push_back({"database stopped", "database", 1, take_away});
    to.push_back(
        {"database killed", "database", 2, kill_server, is_postgresql});  // half the rounds
    to.push_back({"database slow", "database", 1, slow_down});
    to.push_back({"database read-only", "database", 1, forbid_writing, is_postgresql});
    to.push_back({.name = "database on a full disk",
                  .part = "database",
                  .weight = 3,  // it does not take hold each time
                  .begin = fill_disk,
                  .is_possible = [](const whole_system& on) { return on.orders_disk != nullptr; }});
    to.push_back({.name = "database on a read-only disk",
                  .part = "database",
                  .weight = 2,  // it needs SQLite, on a small disk
                  .begin = forbid_changes,
                  .is_possible = [](const whole_system& on) {
                      return on.orders_disk != nullptr && !is_postgresql(on);
                  }});
    to.push_back({"an order that is refused", "database", 2, poison});  // nor this one
    // Alone: as long as its letter is not mended, nothing that comes later is called ordered.
    to.push_back({"a poisoned journal entry", "everything", 1, spoil_entry});
}

}  // namespace onsale::nemesis
