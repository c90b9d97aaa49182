#include "nemesis/faults.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/session.hpp"

#include <memory>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

// What an operator, a stranger or a full machine can do to Redis.

namespace onsale::nemesis {

namespace {

using texts = std::vector<std::string>;

/// The number behind `name:` in what INFO says.
std::int64_t info(scene& at, const std::string& section, std::string_view name) {
    const auto answer = at.on.command({"INFO", section});
    std::string_view rest = answer ? std::string_view{answer->text} : std::string_view{};
    while (!rest.empty()) {
        auto line = cut(rest, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (cut(line, ':') == name) return parse_integer(line).value_or(0);
    }
    return 0;
}

void configure(scene& at, const std::string& key, const std::string& value) {
    static_cast<void>(at.on.command({"CONFIG", "SET", key, value}));
}

/// One command, at each turn another one.
affliction command_again(scene& at, milliseconds every, const std::string& name,
                         std::function<texts()> make, texts at_end = {}) {
    auto when = std::make_shared<pace>(every);
    return {.act =
                [=, &at] {
                    if (when->due() && at.on.command(make())) ++at.injected[name];
                },
            .end =
                [&at, at_end] {
                    if (!at_end.empty()) static_cast<void>(at.on.command(at_end));
                }};
}

affliction flush_scripts(scene& at) {
    return command_again(at, milliseconds{at.number(50, 400)}, "SCRIPT FLUSH", [] {
        return texts{"SCRIPT", "FLUSH"};
    });
}

affliction pause_clients(scene& at) {
    return command_again(at, milliseconds{at.number(600, 1'500)}, "CLIENT PAUSE",
                         [&at] {
                             return texts{"CLIENT", "PAUSE", std::to_string(at.number(100, 1'200)),
                                          at.number(0, 1) == 0 ? "ALL" : "WRITE"};
                         },
                         {"CLIENT", "UNPAUSE"});
}

affliction kill_clients(scene& at) {
    return command_again(at, milliseconds{at.number(100, 700)}, "CLIENT KILL", [] {
        return texts{"CLIENT", "KILL", "TYPE", "normal"};
    });
}

affliction sleep(scene& at) {
    return command_again(at, milliseconds{at.number(700, 1'500)}, "DEBUG SLEEP", [&at] {
        return texts{"DEBUG", "SLEEP", "0." + std::to_string(at.number(1, 9))};
    });
}

affliction rewrite(scene& at) {
    return command_again(at, milliseconds{at.number(300, 900)}, "BGREWRITEAOF",
                         [] { return texts{"BGREWRITEAOF"}; });
}

/// Somebody's endless script: Redis answers BUSY to all until it is killed.
affliction run_endlessly(scene& at) {
    configure(at, "busy-reply-threshold", "50");
    auto asker = std::make_shared<std::thread>([to = at.on.redis.endpoint()] {
        auto session = redis::session::connect(to, milliseconds{10'000});
        if (session) static_cast<void>(session->command({"EVAL", "while true do end", "0"}));
    });
    ++at.injected["a busy script"];
    return {.end =
                [&at, asker] {
                    for (int i = 0; i < 20; ++i) {
                        const auto killed = at.on.command({"SCRIPT", "KILL"});
                        if (killed && killed->is == redis::reply::kind::text) break;
                        std::this_thread::sleep_for(milliseconds{20});
                    }
                    asker->join();
                    configure(at, "busy-reply-threshold", "5000");
                },
            .lasts = milliseconds{at.number(400, 1'500)}};
}

affliction fill_memory(scene& at) {
    const auto used = info(at, "memory", "used_memory");
    configure(at, "maxmemory", std::to_string(used - used / 10));
    ++at.injected["maxmemory reached"];
    auto when = std::make_shared<pace>(milliseconds{200});
    return {.act =
                [&at, when] {
                    if (!when->due()) return;
                    const auto buyer = "full-" + std::to_string(at.random());
                    if (at.buy_at(at.any_node(), buyer) == 503)
                        at.reached.add(event::refused_as_full);
                },
            .end = [&at] { configure(at, "maxmemory", "0"); }};
}

/// Only one client is left: we.
affliction take_all_clients(scene& at) {
    configure(at, "maxclients", "1");
    static_cast<void>(at.on.command({"CLIENT", "KILL", "TYPE", "normal"}));
    ++at.injected["maxclients reached"];
    return {.end = [&at] {
        const auto answer = at.on.command({"CONFIG", "SET", "maxclients", "10000"});
        if (!answer || answer->is == redis::reply::kind::error) at.on.redis.kill();
    }};
}

/// With `appendfsync always` Redis ends itself when it cannot write.
affliction fill_disk(scene& at) {
    at.on.ledger_disk->fill();
    auto counted = std::make_shared<bool>(false);
    return {.act =
                [&at, counted] {
                    if (*counted || at.on.redis.process().is_running()) return;
                    *counted = true;
                    ++at.injected["append-only file on a full disk"];
                },
            .end = [&at] { at.on.ledger_disk->make_room(); }};
}

/// L7: within a second nobody sells on it.
affliction spoil_durability(scene& at) {
    static const std::vector<std::pair<std::string, std::pair<std::string, std::string>>> settings{
        {"appendonly", {"no", "yes"}},
        {"appendfsync", {"everysec", "always"}},
        {"appendfsync", {"no", "always"}},
        {"no-appendfsync-on-rewrite", {"yes", "no"}},
        {"maxmemory-policy", {"allkeys-lru", "noeviction"}},
    };
    const auto which =
        static_cast<std::size_t>(at.number(0, static_cast<int>(settings.size()) - 1));
    const auto& [key, values] = settings[which];
    const auto [wrong, right] = values;
    configure(at, key, wrong);
    ++at.injected["a wrong durability"];
    // A second, and what two busy cores add to it.
    const auto refused_from = std::chrono::steady_clock::now() + milliseconds{1'000} +
                              milliseconds{at.times ? 400 : 4'000};
    auto when = std::make_shared<pace>(milliseconds{150});
    return {.act =
                [&at, refused_from, when] {
                    if (std::chrono::steady_clock::now() < refused_from || !when->due()) return;
                    const auto node = at.any_node();
                    const auto buyer = "hasty-" + std::to_string(at.random());
                    const auto told = at.buy_at(node, buyer);
                    at.found.looked_at(check::durability);
                    if (told == 201)
                        at.found.add(check::durability,
                                     "a node sold on a ledger that is not durable");
                    if (told == 503) at.reached.add(event::refused_as_not_durable);
                },
            .end = [&at, key = key, right = right] { configure(at, key, right); },
            .lasts = milliseconds{at.times ? 2'200 : 6'000}};
}

}  // namespace

void add_ledger_faults(std::vector<fault>& to) {
    const auto add = [&](const char* name, affliction (*begin)(scene&)) {
        to.push_back({name, "ledger", 1, begin});
    };
    add("SCRIPT FLUSH", flush_scripts);
    add("CLIENT PAUSE", pause_clients);
    add("CLIENT KILL", kill_clients);
    add("DEBUG SLEEP", sleep);
    add("BGREWRITEAOF", rewrite);
    add("a busy script", run_endlessly);
    add("maxmemory reached", fill_memory);
    add("maxclients reached", take_all_clients);
    add("a wrong durability", spoil_durability);
    to.push_back({.name = "append-only file on a full disk",
                  .part = "ledger",
                  .weight = 3,  // it does not take hold each time
                  .begin = fill_disk,
                  .is_possible = [](const whole_system& on) { return on.ledger_disk != nullptr; }});
}

}  // namespace onsale::nemesis
