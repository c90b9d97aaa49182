#pragma once

#include "support/node.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace onsale::test {

/// Four nodes with the weights 1, 2, 3 and 4, set as `./dev up` sets them. One thread.
class four_nodes {
  public:
    explicit four_nodes(const redis::endpoint& ledger,
                        const std::vector<std::string>& settings = {});

    [[nodiscard]] node& operator[](std::size_t which) { return nodes_.at(which); }
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

    /// SIGTERM to those that run, and their ends: empty, or what went wrong.
    [[nodiscard]] std::string stop();

    /// Lines of each stat log.
    [[nodiscard]] std::vector<std::int64_t> stat_lines() const;
    /// `result:1` in all stat logs.
    [[nodiscard]] std::int64_t sold_lines() const;

  private:
    std::deque<node> nodes_;
};

}  // namespace onsale::test
