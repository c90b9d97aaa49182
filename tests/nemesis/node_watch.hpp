#pragma once

#include "nemesis/checker.hpp"
#include "nemesis/events.hpp"
#include "nemesis/findings.hpp"
#include "nemesis/whole_system.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace onsale::nemesis {

/// Looks at nodes from outside: what their counters say, how much they hold, and when the machine
/// itself stood still. One thread.
class node_watch {
  public:
    explicit node_watch(whole_system& on) : on_{on} {}

    /// Now and then asks the nodes that run; notes in `stopped` when nobody got the processor.
    void look(event_counts& reached, std::vector<stopped_time>& stopped);

    /// What nodes hold before anything happens, and whether they hold no more in the end.
    void remember_size();
    void compare_size(findings& found, bool memory);

    /// What gates and logs have counted, at a round's end.
    void count_all(event_counts& reached);

  private:
    struct size {
        std::int64_t kilobytes = 0;
        std::int64_t descriptors = 0;  ///< but connections
        std::string what{};            ///< all of them
    };
    struct counters {
        std::int64_t fences = 0;
        std::int64_t sent_again = 0;
    };

    [[nodiscard]] std::optional<size> size_of(test::node& one);
    void count(test::node& one, counters& before, event_counts& reached);

    whole_system& on_;
    std::vector<size> before_;
    std::map<pid_t, counters> counted_;
    time_point last_look_{};
    time_point last_count_{};
};

}  // namespace onsale::nemesis
