#include "support/stage.hpp"

#include "support/http_client.hpp"
#include "support/law.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>

namespace onsale::test {

stage::stage(const options& chosen)
    : redis{chosen.redis}, session_{redis.connect()}, ledger_{session_, sale} {
    ledger_.open({.total = chosen.total, .hold_ms = 3'600'000});
    for (int i = 0; i < chosen.nodes; ++i) {
        add_node(chosen, static_cast<std::size_t>(i));
    }
}

void stage::add_node(const options& chosen, std::size_t number) {
    auto reached_by = redis.endpoint();
    if (chosen.gates) {
        gates.push_back(std::make_unique<tcp_gate>(redis.endpoint()));
        reached_by = gates.back()->endpoint();
    }
    auto weights = chosen.weights;
    weights.resize(static_cast<std::size_t>(chosen.nodes), 1);
    const auto all = std::accumulate(weights.begin(), weights.end(), 0);
    auto settings = chosen.settings;
    settings.push_back("node.weight=" + std::to_string(weights[number]));
    settings.push_back("node.weights=" + std::to_string(all));
    nodes.push_back(std::make_unique<node>(reached_by, node::options{.settings = settings}));
}

std::vector<std::uint16_t> stage::ports() const {
    std::vector<std::uint16_t> result;
    for (const auto& one : nodes) {
        result.push_back(one->port());
    }
    return result;
}

void stage::crash_redis() {
    redis.kill();
    redis.start();
    reconnect();
}

std::int64_t stage::sold() {
    return parse_integer(ledger_.field("sold")).value();
}

std::int64_t stage::total() {
    return parse_integer(ledger_.field("total")).value();
}

crowd::options stage::visitors(int buyers) const {
    return {.ports = ports(), .sale = sale, .buyers = buyers};
}

bool stage::all_sell() {
    return std::all_of(nodes.begin(), nodes.end(), [&](const auto& one) {
        const auto sells = [&] {
            return buy_at(one->port(), "visitor-" + std::to_string(++visits_)).is_yes();
        };
        return wait_until(sells);
    });
}

void stage::sell_the_rest() {
    auto chosen = visitors(static_cast<int>(total() - sold()));
    chosen.prefix = "late-" + std::to_string(++visits_);
    chosen.tries = 100;
    crowd rest{chosen};
    rest.start();
    rest.join();
}

void stage::withdraw_all_but(std::int64_t tickets) {
    for (auto left = total() - sold(); left > tickets; left = total() - sold()) {
        ledger_.adjust("withdraw", left - tickets);  // refused if it was sold meanwhile
    }
}

bool stage::sells_out_to(crowd& buyers) {
    withdraw_all_but(200);
    const bool sold_out = wait_until([&] { return sold() == total(); });
    const auto so_far = buyers.size();
    const bool told = wait_until([&] { return buyers.size() > so_far + 100; });
    buyers.stop();
    buyers.join();
    return sold_out && told && sold() == total();
}

std::string stage::crashes() const {
    std::string text;
    for (const auto& one : nodes) {
        const auto log = one->log();
        const bool aborted = log.find("onsale: a bug") != std::string::npos ||
                             log.find("Sanitizer") != std::string::npos ||
                             log.find("runtime error") != std::string::npos;
        if (aborted || !one->process().is_running()) text += "a node has crashed:\n" + log;
    }
    return text;
}

told buy_at(std::uint16_t port, const std::string& name, const std::string& sale) {
    try {
        http_client client{port};
        return buy(client, sale, name);
    } catch (const std::runtime_error&) {
        return {};
    }
}

bool all_told(const std::vector<std::uint16_t>& nodes, unsigned status, const std::string& code) {
    return std::all_of(nodes.begin(), nodes.end(), [&](std::uint16_t port) {
        const auto answer = buy_at(port, "asker");
        return answer.status == status && answer.code == code;
    });
}

std::optional<double> gauge(std::uint16_t port, const std::string& name) {
    const auto page = get(port, "/metrics").body;
    const auto at = page.find("\n" + name + " ");
    if (at == std::string::npos) return std::nullopt;
    return std::stod(page.substr(at + 1 + name.size() + 1));
}

std::int64_t metric(std::uint16_t port, const std::string& name) {
    const auto value = gauge(port, name);
    if (!value) throw std::runtime_error{"there is no metric " + name};
    return static_cast<std::int64_t>(*value);
}

std::string broken(const crowd& asked, stage& on, expectation expected) {
    std::string version;
    const auto rests = [&] {
        const auto before = std::exchange(version, on.ledger().field("version"));
        std::this_thread::sleep_for(std::chrono::milliseconds{100});
        return version == before;
    };
    if (!wait_until(rests)) return "the ledger does not come to rest";
    return describe(broken_promises(asked, on.ledger(), expected)) + on.crashes();
}

}  // namespace onsale::test
