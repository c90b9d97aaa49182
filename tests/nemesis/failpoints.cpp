#include "nemesis/faults.hpp"

#include <memory>
#include <utility>

// Processes that end themselves, by SIGKILL, at a point that they name (builds with
// ONSALE_SABOTAGE).

namespace onsale::nemesis {

namespace {

// A node passes them for each batch, a writer some times a second.
constexpr int most_passes_of_node = 12;
constexpr int most_passes_of_writer = 6;
/// It starts, meets the ledger, and buyers meet it.
constexpr milliseconds until_node_dies{2'000};
/// A writer follows the one that died within a second.
constexpr milliseconds until_writer_dies{2'500};

std::string variable(scene& at, const std::string& point, int most_passes) {
    return "ONSALE_FAILPOINT=" + point + ":" + std::to_string(at.number(1, most_passes));
}

/// A node that dies there, and again.
affliction die_as_node(scene& at, const std::string& name, const std::string& point) {
    const auto which = at.any_node();
    at.on.nodes[which]->kill();
    at.on.start_node(which, {variable(at, point, most_passes_of_node)});
    return {.act =
                [&at, which, name, point] {
                    if (at.on.nodes[which]->process().is_running()) return;
                    ++at.injected[name];
                    at.on.start_node(which, {variable(at, point, most_passes_of_node)});
                },
            .end = [&at, which] { at.on.nodes[which]->kill(); },
            .lasts = until_node_dies};
}

/// All of them: only the one that is at work comes to the point.
affliction die_as_writer(scene& at, const std::string& name, const std::string& point) {
    for (std::size_t i = 0; i < at.on.writers.size(); ++i) {
        at.on.writers[i]->kill();
        at.on.start_writer(i, {variable(at, point, most_passes_of_writer)});
    }
    return {.act =
                [&at, name, point] {
                    for (std::size_t i = 0; i < at.on.writers.size(); ++i) {
                        if (at.on.writers[i]->process().is_running()) continue;
                        ++at.injected[name];
                        at.on.start_writer(i, {variable(at, point, most_passes_of_writer)});
                    }
                },
            .end =
                [&at] {
                    for (const auto& one : at.on.writers)
                        one->kill();
                },
            .lasts = until_writer_dies};
}

template <class Begin>
void add(std::vector<fault>& to, const std::string& who, const std::string& part,
         const std::vector<std::string>& points, Begin begin) {
    for (const auto& point : points) {
        const auto name = who + " died at " + point;
        to.push_back({.name = name, .part = part, .begin = [=](scene& at) {
                          return begin(at, name, point);
                      }});
    }
    if (!points.empty()) return;
    to.push_back({.name = who + " died at a failpoint",
                  .part = part,
                  .begin = [](scene&) { return affliction{}; },
                  .impossible = "the program is built without ONSALE_SABOTAGE"});
}

}  // namespace

void add_failpoints(std::vector<fault>& to, const abilities& of) {
    add(to, "node", "nodes", of.node_failpoints, die_as_node);
    add(to, "order writer", "writers", of.writer_failpoints, die_as_writer);
}

}  // namespace onsale::nemesis
