#include "nemesis/faults.hpp"

#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

// Processes that die, stop or end at a point that they name (builds with ONSALE_SABOTAGE).

namespace onsale::nemesis {

namespace {

// A node passes them for each batch, a writer some times a second.
constexpr int most_passes_of_node = 12;
constexpr int most_passes_of_writer = 6;
/// It starts, meets the ledger, and buyers meet it.
constexpr milliseconds until_node_passes{3'000};
/// A writer follows the one that died within a second.
constexpr milliseconds until_writer_passes{2'500};
constexpr int shortest_stop_ms = 200;
constexpr int longest_stop_ms = 1'500;

/// What a process does to itself there: the end of ONSALE_FAILPOINT's value, and of a fault's name.
struct deed {
    const char* asked;
    const char* done;
};
constexpr deed dies{"", " died at "};
constexpr deed stops{":stop", " stopped at "};
constexpr deed is_told_to_end{":term", " told to stop at "};

/// A process that comes to the point. It is started again when it has ended.
struct walker {
    std::function<test::child&()> process;
    std::function<void()> start;
    int who;  ///< as in stopped_time
    std::optional<time_point> stopped{};
    milliseconds stops_for{};
};

class walk {
  public:
    walk(scene& at, std::string name, std::vector<walker> walkers)
        : at_{at}, name_{std::move(name)}, walkers_{std::move(walkers)} {
        for (auto& one : walkers_) {
            one.process().kill();
            one.start();
        }
    }

    void act() {
        for (auto& one : walkers_) {
            if (!one.process().is_running()) {
                ++at_.injected[name_];
                one.start();
            } else if (!one.stopped && one.process().is_stopped()) {
                ++at_.injected[name_];
                one.stopped = std::chrono::steady_clock::now();
                one.stops_for = milliseconds{at_.number(shortest_stop_ms, longest_stop_ms)};
            } else if (one.stopped &&
                       std::chrono::steady_clock::now() > *one.stopped + one.stops_for) {
                go_on(one);
            }
        }
    }

    void end() {
        for (auto& one : walkers_) {
            if (one.stopped) go_on(one);
            one.process().kill();
        }
    }

  private:
    void go_on(walker& one) {
        one.process().send(SIGCONT);
        if (one.who != by_nginx) {
            // What had come before it went on took a moment, too.
            at_.stopped.push_back(
                {one.who, *one.stopped, std::chrono::steady_clock::now() + milliseconds{100}});
        }
        one.stopped.reset();
    }

    scene& at_;
    const std::string name_;
    std::vector<walker> walkers_;
};

std::string variable(scene& at, const std::string& point, const deed& what, int most_passes) {
    return "ONSALE_FAILPOINT=" + point + ":" + std::to_string(at.number(1, most_passes)) +
           what.asked;
}

affliction follow(scene& at, const std::string& name, std::vector<walker> walkers,
                  milliseconds lasts) {
    auto all = std::make_shared<walk>(at, name, std::move(walkers));
    return {.act = [all] { all->act(); }, .end = [all] { all->end(); }, .lasts = lasts};
}

affliction let_node(scene& at, const std::string& name, const std::string& point,
                    const deed& what) {
    const auto which = at.any_node();
    return follow(
        at, name,
        {{.process = [&at, which]() -> test::child& { return at.on.nodes[which]->process(); },
          .start =
              [&at, which, point, what] {
                  at.on.start_node(which, {variable(at, point, what, most_passes_of_node)});
              },
          .who = static_cast<int>(which)}},
        until_node_passes);
}

/// All of them: only the one that is at work comes to the point.
affliction let_writers(scene& at, const std::string& name, const std::string& point,
                       const deed& what) {
    std::vector<walker> all;
    for (std::size_t which = 0; which < at.on.writers.size(); ++which) {
        all.push_back(
            {.process = [&at, which]() -> test::child& { return at.on.writers[which]->process(); },
             .start =
                 [&at, which, point, what] {
                     at.on.start_writer(which, {variable(at, point, what, most_passes_of_writer)});
                 },
             .who = by_nginx});
    }
    return follow(at, name, std::move(all), until_writer_passes);
}

template <class Begin>
void add(std::vector<fault>& to, const std::string& who, const std::string& part,
         const std::vector<std::string>& points, Begin begin) {
    for (const auto& what : {dies, stops, is_told_to_end}) {
        for (const auto& point : points) {
            const auto name = who + what.done + point;
            to.push_back({.name = name, .part = part, .begin = [=](scene& at) {
                              return begin(at, name, point, what);
                          }});
        }
    }
    if (!points.empty()) return;
    to.push_back({.name = who + " died at a failpoint",
                  .part = part,
                  .begin = [](scene&) { return affliction{}; },
                  .impossible = "the program is built without ONSALE_SABOTAGE"});
}

}  // namespace

void add_failpoints(std::vector<fault>& to, const abilities& of) {
    add(to, "node", "nodes", of.node_failpoints, let_node);
    add(to, "order writer", "writers", of.writer_failpoints, let_writers);
}

}  // namespace onsale::nemesis
