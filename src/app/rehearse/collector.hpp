#pragma once

#include "judge.hpp"

#include "onsale/core/limits.hpp"

#include <spdlog/fmt/fmt.h>

#include <string_view>
#include <utility>

namespace onsale::app {

/// Collects one kind of finding; it is there if anything was added.
class collector {
  public:
    collector(rehearsal_verdict& into, std::string_view what) : into_{into}, what_{what} {}
    collector(const collector&) = delete;
    collector& operator=(const collector&) = delete;
    ~collector() {
        if (found_.count == 0) return;
        found_.what = fmt::format("{} {}", found_.count, what_);
        into_.findings.push_back(std::move(found_));
    }

    template <class Describe>
    void add(Describe describe) {
        ++found_.count;
        if (found_.examples.size() < limits::rehearsal_examples)
            found_.examples.push_back(describe());
    }

  private:
    rehearsal_verdict& into_;
    std::string_view what_;
    finding found_;
};

}  // namespace onsale::app
