#pragma once

#include "nemesis/events.hpp"
#include "nemesis/findings.hpp"
#include "nemesis/whole_system.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

// Everything that can befall the system, by name.

namespace onsale::nemesis {

/// How often each fault was injected.
using fault_counts = std::map<std::string, std::int64_t>;

/// What a fault works on. One thread.
struct scene {
    whole_system& on;
    std::mt19937_64& random;
    fault_counts& injected;
    event_counts& reached;
    findings& found;
    std::vector<stopped_time>& stopped;
    bool times = true;  ///< whether things are as fast as in a release

    [[nodiscard]] int number(int from, int to) {
        return std::uniform_int_distribution<int>{from, to}(random);
    }
    /// Buys one ticket at a node, with a name that nobody else has: the status, 0 if none came.
    [[nodiscard]] unsigned buy_at(std::size_t node, const std::string& buyer);

    [[nodiscard]] std::size_t any_node() {
        return static_cast<std::size_t>(number(0, static_cast<int>(on.nodes.size()) - 1));
    }
    [[nodiscard]] std::size_t any_writer() {
        return static_cast<std::size_t>(number(0, static_cast<int>(on.writers.size()) - 1));
    }
};

/// A fault that has begun. It is asked to act again and again, and then to be over: afterwards
/// programs may be down, which the round starts again, and nothing else may be left of it.
struct affliction {
    std::function<void()> act = [] {};
    std::function<void()> end = [] {};
    milliseconds lasts{0};  ///< at least
};

struct fault {
    std::string name;
    std::string part;  ///< of the system: two faults of one part do not meet
    int weight = 1;    ///< how often it comes, beside the others
    std::function<affliction(scene&)> begin;
    /// Whether there is what it needs.
    std::function<bool(const whole_system&)> is_possible = [](const whole_system&) { return true; };
    /// Why it can never be injected here; empty: it can.
    std::string impossible{};
};

/// What was asked of the program under test: which faults of its own it has.
struct abilities {
    std::vector<std::string> node_failpoints;
    std::vector<std::string> writer_failpoints;
    std::string clock_library;  ///< libfaketime; empty: not installed, or sanitizers forbid it
    bool is_root = false;
    bool has_cables = false;  ///< network namespaces, and `ip`
};

[[nodiscard]] std::vector<fault> all_faults(const abilities& of);

/// A wait in which the same thing is not done again: `due()` is true at most once in `every`.
class pace {
  public:
    explicit pace(milliseconds every) : every_{every} {}
    [[nodiscard]] bool due() {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_) return false;
        next_ = now + every_;
        return true;
    }

  private:
    milliseconds every_;
    time_point next_{};
};

// The parts of the catalogue, each in a file of its own.
void add_process_faults(std::vector<fault>& to);
void add_failpoints(std::vector<fault>& to, const abilities& of);
void add_network_faults(std::vector<fault>& to);
void add_ledger_faults(std::vector<fault>& to);
void add_database_faults(std::vector<fault>& to);
void add_aimed_faults(std::vector<fault>& to, const abilities& of);
void add_machine_faults(std::vector<fault>& to, const abilities& of);

}  // namespace onsale::nemesis
