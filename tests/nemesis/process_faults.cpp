#include "nemesis/faults.hpp"

#include <csignal>
#include <memory>
#include <utility>

// Processes that are killed, stopped, and told to stop.

namespace onsale::nemesis {

namespace {

constexpr milliseconds patience{20'000};

/// `kill` at each turn, and all is started at the next one: what is down is down for a turn.
affliction again_and_again(scene& at, milliseconds every, std::function<void()> kill) {
    auto when = std::make_shared<pace>(every);
    auto is_down = std::make_shared<bool>(false);
    return {.act = [=, &at, kill = std::move(kill)] {
        if (!when->due()) return;
        *is_down ? at.on.start_what_is_down() : kill();
        *is_down = !*is_down;
    }};
}

affliction kill_nodes(scene& at) {
    return again_and_again(at, milliseconds{at.number(60, 700)}, [&at] {
        const auto which = at.any_node();
        at.on.nodes[which]->kill();
        ++at.injected["node killed"];
    });
}

affliction end_nodes(scene& at) {
    return again_and_again(at, milliseconds{at.number(300, 900)}, [&at] {
        const auto which = at.any_node();
        at.on.nodes[which]->terminate();
        if (!at.on.nodes[which]->wait(patience))
            at.found.add(check::comes_back, "a node does not stop: " + at.on.nodes[which]->log());
        ++at.injected["node told to stop"];
    });
}

/// SIGSTOP now, SIGCONT when it is over; `who`: a node's place, or none of them.
template <class Process>
affliction stop(scene& at, Process process, int who, const char* name) {
    process().send(SIGSTOP);
    ++at.injected[name];
    const auto since = std::chrono::steady_clock::now();
    return {.end = [&at, process, who, since] {
        process().send(SIGCONT);
        if (who == by_nginx) return;
        // What had come before it went on took a moment, too.
        at.stopped.push_back({who, since, std::chrono::steady_clock::now() + milliseconds{100}});
    }};
}

affliction stop_node(scene& at) {
    const auto which = at.any_node();
    return stop(
        at, [&at, which]() -> test::child& { return at.on.nodes[which]->process(); },
        static_cast<int>(which), "node stopped");
}

affliction kill_redis(scene& at) {
    return again_and_again(at, milliseconds{at.number(100, 700)}, [&at] {
        at.on.redis.kill();
        ++at.injected["Redis killed"];
    });
}

affliction end_redis(scene& at) {
    at.on.redis.process().send(SIGTERM);
    if (!at.on.redis.process().wait(patience))
        at.found.add(check::comes_back, "Redis does not stop");
    ++at.injected["Redis told to stop"];
    return {};
}

affliction stop_redis(scene& at) {
    return stop(
        at, [&at]() -> test::child& { return at.on.redis.process(); }, by_nginx, "Redis stopped");
}

affliction kill_writers(scene& at) {
    return again_and_again(at, milliseconds{at.number(80, 500)}, [&at] {
        at.on.writers[at.any_writer()]->kill();
        ++at.injected["order writer killed"];
    });
}

/// The one that stands by goes on: whichever it is, the other one comes first.
affliction stop_writer(scene& at) {
    const auto which = at.any_writer();
    return stop(
        at, [&at, which]() -> test::child& { return at.on.writers[which]->process(); }, by_nginx,
        "order writer stopped");
}

affliction end_writer(scene& at) {
    return again_and_again(at, milliseconds{at.number(500, 1'500)}, [&at] {
        const auto which = at.any_writer();
        if (!at.on.writers[which]->stop(patience)) {
            at.found.add(check::comes_back,
                         "an order writer does not stop: " + at.on.writers[which]->log());
        }
        ++at.injected["order writer told to stop"];
    });
}

affliction kill_nginx(scene& at) {
    return again_and_again(at, milliseconds{at.number(100, 700)}, [&at] {
        at.on.nginx->kill();
        ++at.injected["Nginx killed"];
    });
}

affliction stop_nginx(scene& at) {
    at.on.nginx->send(SIGSTOP);
    ++at.injected["Nginx stopped"];
    return {.end = [&at] { at.on.nginx->send(SIGCONT); }};
}

affliction end_nginx(scene& at) {
    at.on.nginx->process().send(SIGTERM);
    if (!at.on.nginx->process().wait(patience))
        at.found.add(check::comes_back, "Nginx does not stop");
    ++at.injected["Nginx told to stop"];
    return {};
}

affliction reload_nginx(scene& at) {
    auto when = std::make_shared<pace>(milliseconds{at.number(200, 800)});
    return {.act = [&at, when] {
        if (!when->due()) return;
        at.on.nginx->reload();
        ++at.injected["Nginx reloaded"];
    }};
}

affliction kill_everything(scene& at) {
    return again_and_again(at, milliseconds{at.number(200, 600)}, [&at] {
        at.on.kill_everything();
        ++at.injected["everything killed at once"];
    });
}

/// And what the ledger had not synced is gone, or torn.
affliction take_power(scene& at) {
    return again_and_again(at, milliseconds{at.number(300, 700)}, [&at] {
        at.on.kill_everything();
        std::minstd_rand random{static_cast<std::uint32_t>(at.random())};
        const auto gone =
            at.on.power.strike(at.on.redis.directory() / "appendonlydir", ".incr.aof", random);
        if (gone > 0) at.reached.add(event::unsynced_was_gone);
        ++at.injected["the power goes"];
    });
}

}  // namespace

void add_process_faults(std::vector<fault>& to) {
    to.push_back({"node killed", "nodes", 3, kill_nodes});
    to.push_back({"node told to stop", "nodes", 1, end_nodes});
    to.push_back({"node stopped", "nodes", 2, stop_node});
    to.push_back({"Redis killed", "ledger", 3, kill_redis});
    to.push_back({"Redis told to stop", "ledger", 1, end_redis});
    to.push_back({"Redis stopped", "ledger", 2, stop_redis});
    to.push_back({"order writer killed", "writers", 3, kill_writers});
    to.push_back({"order writer stopped", "writers", 2, stop_writer});
    to.push_back({"order writer told to stop", "writers", 1, end_writer});
    to.push_back({"Nginx killed", "nginx", 2, kill_nginx});
    to.push_back({"Nginx stopped", "nginx", 2, stop_nginx});
    to.push_back({"Nginx told to stop", "nginx", 1, end_nginx});
    to.push_back({"Nginx reloaded", "nginx", 1, reload_nginx});
    to.push_back({"everything killed at once", "everything", 6, kill_everything});
    to.push_back({"the power goes", "everything", 6, take_power});
}

}  // namespace onsale::nemesis
