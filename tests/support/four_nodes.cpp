#include "support/four_nodes.hpp"

#include <csignal>
#include <numeric>

namespace onsale::test {

four_nodes::four_nodes(const redis::endpoint& ledger, const std::vector<std::string>& settings) {
    for (int weight = 1; weight <= 4; ++weight) {
        auto chosen = settings;
        chosen.push_back("node.weight=" + std::to_string(weight));
        chosen.emplace_back("node.trust_request_id=true");  // what they hear is Nginx's
        nodes_.emplace_back(ledger, node::options{.settings = chosen});
    }
}

std::vector<std::uint16_t> four_nodes::ports() const {
    std::vector<std::uint16_t> result;
    for (const auto& one : nodes_) {
        result.push_back(one.port());
    }
    return result;
}

std::string four_nodes::stop() {
    for (auto& one : nodes_) {
        if (one.process().is_running()) one.terminate();
    }
    std::string wrong;
    for (auto& one : nodes_) {
        const auto status = one.wait(std::chrono::seconds{10});
        if (status != 0 && status != -SIGKILL) wrong += one.log();
    }
    return wrong;
}

std::vector<std::int64_t> four_nodes::stat_lines() const {
    std::vector<std::int64_t> result;
    for (const auto& one : nodes_) {
        result.push_back(count_stat_lines(one).all);
    }
    return result;
}

std::int64_t four_nodes::sold_lines() const {
    return std::accumulate(
        nodes_.begin(), nodes_.end(), std::int64_t{0},
        [](std::int64_t sum, const node& one) { return sum + count_stat_lines(one).sold; });
}

}  // namespace onsale::test
