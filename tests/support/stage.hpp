#pragma once

#include "support/crowd.hpp"
#include "support/ledger_client.hpp"
#include "support/node.hpp"
#include "support/promises.hpp"
#include "support/redis_server.hpp"
#include "support/tcp_gate.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace onsale::test {

/// The whole of an on-sale for one test: a real Redis with one open sale, nodes, and a gate between
/// each of them and Redis if the test wants to spoil their conversation. One thread.
class stage {
  public:
    struct options {
        int nodes = 2;
        bool gates = false;
        std::int64_t total = 1'000;
        std::vector<std::string> settings{};  ///< of every node, as after --set
        std::vector<int> weights{};           ///< of the nodes; empty: all the same
        redis_server::options redis{};
    };

    static constexpr const char* sale = "G101";

    stage() : stage{options{}} {}
    explicit stage(const options& chosen);

    [[nodiscard]] std::vector<std::uint16_t> ports() const;

    /// Talks to Redis itself; good again after `reconnect` once Redis was restarted.
    [[nodiscard]] ledger_client& ledger() noexcept { return ledger_; }
    redis::reply command(const std::vector<std::string>& words) { return ledger_.command(words); }
    void reconnect() { session_ = redis.connect(); }
    /// `kill -9` and a start on the data that is there.
    void crash_redis();

    /// Tickets held or paid.
    [[nodiscard]] std::int64_t sold();
    /// Tickets that the sale has now.
    [[nodiscard]] std::int64_t total();

    /// A crowd that comes to all nodes, not yet started.
    [[nodiscard]] crowd::options visitors(int buyers = crowd::endless) const;

    /// Buys, with names that no crowd has, until each node has sold one: they are over it.
    [[nodiscard]] bool all_sell();
    /// All that are left, one after the other.
    void sell_the_rest();
    /// Takes what is left, but for `tickets`, out of the sale.
    void withdraw_all_but(std::int64_t tickets);
    /// Ends `buyers`, who have bought all the while, by a sale that is sold out, and has them told
    /// so. A crowd and a stock that are far larger than what can be sold meanwhile make a test that
    /// holds on a machine of any speed.
    [[nodiscard]] bool sells_out_to(crowd& buyers);

    /// What nodes said when they aborted, in any of their lives, or if they are not running.
    [[nodiscard]] std::string crashes() const;

    redis_server redis;
    std::vector<std::unique_ptr<tcp_gate>> gates;
    std::vector<std::unique_ptr<node>> nodes;

  private:
    void add_node(const options& chosen, std::size_t number);

    redis::session session_;
    ledger_client ledger_;
    int visits_ = 0;
};

/// One purchase on a connection of its own.
[[nodiscard]] told buy_at(std::uint16_t port, const std::string& name,
                          const std::string& sale = stage::sale);

/// Whether buyers at all of `nodes` are told so.
[[nodiscard]] bool all_told(const std::vector<std::uint16_t>& nodes, unsigned status,
                            const std::string& code);

/// The value of a metric, which may be infinite; its labels, if it has any, belong to the name.
[[nodiscard]] std::optional<double> gauge(std::uint16_t port, const std::string& name);

/// The value of a count that there is, e.g. `onsale_ledger_resent_total`.
[[nodiscard]] std::int64_t metric(std::uint16_t port, const std::string& name);

/// What `broken_promises` finds, once the ledger has come to rest; for EXPECT_EQ with an empty
/// text.
/// Nodes that have crashed count as a breach.
[[nodiscard]] std::string broken(const crowd& asked, stage& on, expectation expected = {});

}  // namespace onsale::test
