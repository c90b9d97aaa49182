#include "nemesis/faults.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

// Conversations that are spoilt: between nodes and Redis, Nginx and nodes, order writer and
// database.

namespace onsale::nemesis {

namespace {

constexpr const char* database_line = "writer to PostgreSQL";

using gates = std::vector<test::tcp_gate*>;
using choose_gates = std::function<gates(whole_system&)>;

gates pointers_to(const std::vector<std::unique_ptr<test::tcp_gate>>& all) {
    gates result;
    for (const auto& one : all)
        result.push_back(one.get());
    return result;
}

gates to_redis(whole_system& on) {
    return pointers_to(on.ledger_gates);
}

gates to_nodes(whole_system& on) {
    return pointers_to(on.node_gates);
}

gates to_database(whole_system& on) {
    return on.database_gate ? gates{on.database_gate.get()} : gates{};
}

test::gate_faults::way slow_way(scene& at) {
    return {.delay = milliseconds{at.number(0, 60)}, .jitter = milliseconds{at.number(5, 120)}};
}

/// Nobody hears again of a connection in which something was swallowed. Nodes and Nginx give up on
/// it by themselves. The order writer lets the two kernels find out whether the other machine is
/// there, and a gate's always is: then it takes a reset.
void mend(const gates& all, const std::string& name) {
    if (!name.starts_with(database_line)) return;
    for (auto* gate : all)
        gate->cut();
}

/// A fault that lasts: `choose` says what befalls the gates, each with chances of its own.
std::function<affliction(scene&)> spoilt(std::string name, choose_gates which,
                                         std::function<test::gate_faults(scene&)> choose) {
    return [=](scene& at) -> affliction {
        const auto all = which(at.on);
        const auto what = choose(at);
        for (auto* gate : all)
            gate->spoil(what, at.random());
        ++at.injected[name];
        return {.end = [all, name] {
            for (auto* gate : all)
                gate->spoil({});
            mend(all, name);
        }};
    };
}

/// What befalls the connections that are there, again and again. What would still befall one that
/// was idle all the while ends with it.
std::function<affliction(scene&)> struck(std::string name, choose_gates which,
                                         std::function<void(scene&, test::tcp_gate&)> strike) {
    return [=](scene& at) -> affliction {
        const auto all = which(at.on);
        auto when = std::make_shared<pace>(milliseconds{at.number(150, 700)});
        return {.act =
                    [=, &at] {
                        if (!when->due()) return;
                        const auto last = static_cast<int>(all.size()) - 1;
                        strike(at, *all[static_cast<std::size_t>(at.number(0, last))]);
                        ++at.injected[name];
                    },
                .end =
                    [all] {
                        for (auto* gate : all)
                            gate->cut();
                    }};
    };
}

/// Everybody is in the hole for a moment, some of the time.
std::function<affliction(scene&)> swallowed(std::string name, choose_gates which) {
    return [=](scene& at) -> affliction {
        const auto all = which(at.on);
        auto when = std::make_shared<pace>(milliseconds{at.number(300, 1'200)});
        auto is_open = std::make_shared<bool>(false);
        return {.act =
                    [=, &at] {
                        if (!when->due()) return;
                        *is_open = !*is_open;
                        for (auto* gate : all)
                            gate->swallow(*is_open);
                        at.injected[name] += *is_open ? 1 : 0;
                    },
                .end =
                    [all, name] {
                        for (auto* gate : all)
                            gate->swallow(false);
                        mend(all, name);
                    }};
    };
}

std::function<affliction(scene&)> refused(std::string name, choose_gates which) {
    return [=](scene& at) -> affliction {
        const auto all = which(at.on);
        for (auto* gate : all) {
            gate->refuse(true);
            gate->cut();
        }
        ++at.injected[name];
        return {.end = [all] {
            for (auto* gate : all)
                gate->refuse(false);
        }};
    };
}

/// The other machine is gone, and neither kernel is told: whatever was being said is half-open.
std::function<affliction(scene&)> pulled_out(
    std::string name, std::function<std::vector<const test::cable*>(whole_system&)> which) {
    return [=](scene& at) -> affliction {
        auto some = which(at.on);
        std::shuffle(some.begin(), some.end(), at.random);
        some.resize(static_cast<std::size_t>(at.number(1, static_cast<int>(some.size()))));
        for (const auto* one : some)
            one->pull_out();
        at.injected[name] += std::ssize(some);
        return {.end =
                    [some] {
                        for (const auto* one : some)
                            one->plug_in();
                    },
                .lasts = milliseconds{at.number(1'000, 5'000)}};
    };
}

std::vector<const test::cable*> cables_to_redis(whole_system& on) {
    std::vector<const test::cable*> all;
    for (const auto& one : on.ledger_cables)
        all.push_back(one.get());
    return all;
}

std::vector<const test::cable*> cable_to_database(whole_system& on) {
    return {on.database_cable.get()};
}

void add_cables(std::vector<fault>& to) {
    const std::string of_nodes = "nodes to Redis: a cable pulled out";
    to.push_back({.name = of_nodes,
                  .part = "ledger line",
                  .begin = pulled_out(of_nodes, cables_to_redis),
                  .is_possible = [](const whole_system& on) { return !on.ledger_cables.empty(); }});
    const auto of_writer = std::string{database_line} + ": a cable pulled out";
    to.push_back(
        {.name = of_writer,
         .part = "database line",
         .begin = pulled_out(of_writer, cable_to_database),
         .is_possible = [](const whole_system& on) { return on.database_cable != nullptr; }});
}

void add_between(std::vector<fault>& to, const std::string& whom, const std::string& part,
                 const choose_gates& which) {
    const auto add = [&](const std::string& what, int weight, auto make) {
        const auto name = whom + ": " + what;
        to.push_back({.name = name,
                      .part = part,
                      .weight = weight,
                      .begin = make(name),
                      .is_possible = [which](const whole_system& on) {
                          return !which(const_cast<whole_system&>(on)).empty();
                      }});
    };
    using what = test::gate_faults;
    const auto lasting = [&](auto choose) {
        return [which, choose](const std::string& name) { return spoilt(name, which, choose); };
    };
    const auto once = [&](auto strike) {
        return [which, strike](const std::string& name) { return struck(name, which, strike); };
    };
    add("replies lost", 4,
        lasting([](scene& at) { return what{.lose_reply = at.number(200, 700)}; }));
    add("requests lost", 1,
        lasting([](scene& at) { return what{.lose_request = at.number(10, 100)}; }));
    add("requests delivered late", 1, lasting([](scene& at) {
            return what{.hold_request = at.number(20, 150), .late = milliseconds{0}};
        }));
    add("requests delivered much later", 1, lasting([](scene& at) {
            return what{.hold_request = at.number(20, 150),
                        .late = milliseconds{at.number(50, 900)}};
        }));
    add("connections reset", 1,
        lasting([](scene& at) { return what{.reset = at.number(10, 80)}; }));
    add("delay and jitter", 1,
        lasting([](scene& at) { return what{.requests = slow_way(at), .replies = slow_way(at)}; }));
    add("a slow line", 1, lasting([](scene& at) {
            const auto speed = static_cast<std::size_t>(at.number(20'000, 200'000));
            return what{.requests = {.bytes_per_second = speed},
                        .replies = {.bytes_per_second = speed}};
        }));
    add("slices of a byte", 1,
        lasting([](scene&) { return what{.requests = {.slice = 1}, .replies = {.slice = 1}}; }));
    add("replies cut", 1, once([](scene& at, test::tcp_gate& gate) {
            gate.cut_replies_after(static_cast<std::size_t>(at.number(1, 2'000)));
        }));
    add("requests cut", 1, once([](scene& at, test::tcp_gate& gate) {
            gate.cut_requests_after(static_cast<std::size_t>(at.number(1, 2'000)));
        }));
    add("requests into a black hole", 1,
        once([](scene&, test::tcp_gate& gate) { gate.drop_requests(); }));
    add("replies into a black hole", 1,
        once([](scene&, test::tcp_gate& gate) { gate.drop_replies(); }));
    add("a black hole both ways", 1,
        [&](const std::string& name) { return swallowed(name, which); });
    add("connections refused", 1, [&](const std::string& name) { return refused(name, which); });
}

}  // namespace

void add_network_faults(std::vector<fault>& to) {
    add_between(to, "nodes to Redis", "ledger line", to_redis);
    add_between(to, "Nginx to nodes", "node line", to_nodes);
    add_between(to, database_line, "database line", to_database);
    add_cables(to);
}

}  // namespace onsale::nemesis
