#include "nemesis/faults.hpp"
#include "support/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <sys/resource.h>

// A node's machine: no descriptors left, and a clock that jumps.

namespace onsale::nemesis {

namespace {

rlim_t descriptors_of(pid_t process) {
    std::error_code error;
    rlim_t count = 0;
    const auto all = "/proc/" + std::to_string(process) + "/fd";
    for (std::filesystem::directory_iterator each{all, error}, end; each != end;
         each.increment(error))
        ++count;
    return count;
}

affliction take_descriptors(scene& at) {
    const auto which = at.any_node();
    const auto process = at.on.nodes[which]->pid();
    rlimit before{};
    prlimit(process, RLIMIT_NOFILE, nullptr, &before);
    const auto few = descriptors_of(process) + static_cast<rlim_t>(at.number(0, 2));
    const rlimit now{few, before.rlim_max};
    prlimit(process, RLIMIT_NOFILE, &now, nullptr);
    ++at.injected["descriptors exhausted"];
    const auto since = std::chrono::steady_clock::now();
    return {.end = [&at, which, process, before, since] {
        prlimit(process, RLIMIT_NOFILE, &before, nullptr);
        // Whoever came meanwhile was not read, which is what P12 counts from.
        at.stopped.push_back(
            {static_cast<int>(which), since, std::chrono::steady_clock::now() + milliseconds{200}});
    }};
}

/// Of the system's clock only; what a node measures with goes on.
affliction jump(scene& at, const std::string& library) {
    const auto which = at.any_node();
    auto directory = std::make_shared<test::temporary_directory>();
    const auto file = (directory->path() / "clock").string();
    std::ofstream{file} << "+0\n";
    at.on.nodes[which]->kill();
    at.on.start_node(
        which, {"LD_PRELOAD=" + library, "FAKETIME_TIMESTAMP_FILE=" + file, "FAKETIME_NO_CACHE=1",
                "DONT_FAKE_MONOTONIC=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"});
    auto when = std::make_shared<pace>(milliseconds{500});
    auto started = std::make_shared<bool>(false);
    return {.act =
                [&at, when, started, directory, file] {
                    if (!when->due()) return;
                    if (!std::exchange(*started, true)) return;  // at first it has the right time
                    std::ofstream{file} << (at.number(0, 1) == 0 ? "+1h\n" : "-1h\n");
                    ++at.injected["a clock jumps by an hour"];
                },
            .end = [&at, which] { at.on.nodes[which]->kill(); },
            .lasts = milliseconds{1'500}};
}

}  // namespace

void add_machine_faults(std::vector<fault>& to, const abilities& of) {
    to.push_back({"descriptors exhausted", "nodes", 1, take_descriptors});
    to.push_back({.name = "a clock jumps by an hour",
                  .part = "nodes",
                  .begin = [library = of.clock_library](scene& at) { return jump(at, library); },
                  .impossible = of.clock_library.empty() ? "libfaketime is not installed, or does "
                                                           "not go with a sanitizer"
                                                         : ""});
    const auto rule_out = [&](const char* what, const char* why) {
        for (auto& one : to) {
            if (one.name.find(what) != std::string::npos) one.impossible = why;
        }
    };
    if (!of.is_root) rule_out("disk", "only root may mount a disk of its own");
    if (!of.has_cables) rule_out("cable", "only root may, with `ip`, lay one to a namespace");
}

}  // namespace onsale::nemesis
