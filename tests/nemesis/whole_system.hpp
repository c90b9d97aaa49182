#pragma once

#include "nemesis/checker.hpp"
#include "nemesis/journal_record.hpp"
#include "nemesis/shop_window.hpp"
#include "support/cable.hpp"
#include "support/ledger_client.hpp"
#include "support/nginx_server.hpp"
#include "support/node.hpp"
#include "support/order_database.hpp"
#include "support/order_writer.hpp"
#include "support/payment_side.hpp"
#include "support/power_loss.hpp"
#include "support/program.hpp"
#include "support/redis_server.hpp"
#include "support/small_disk.hpp"
#include "support/tcp_gate.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace onsale::nemesis {

/// What one round is played with.
struct cast {
    int nodes = 3;
    int threads = 1;  ///< of each node
    test::database_kind database = test::database_kind::sqlite;
    std::int64_t total = 400;
    std::int64_t limit = 4;
    std::int64_t hold_ms = 3'000;
    bool small_disks =
        false;  ///< the ledger's and the orders' files lie on disks that can be filled
    std::vector<std::string> environment{};  ///< of nodes and order writers, NAME=VALUE
};

/// All of onsale, on free ports: Redis, nodes, Nginx, two order writers of which one stands by, and
/// their database, with a gate in each of their conversations. One thread, and by the thread that
/// made it.
class whole_system {
  public:
    static constexpr const char* sale = "G101";
    using texts = std::vector<std::string>;

    explicit whole_system(cast of);
    ~whole_system();
    whole_system(const whole_system&) = delete;
    whole_system& operator=(const whole_system&) = delete;

    [[nodiscard]] const cast& of() const noexcept { return cast_; }
    [[nodiscard]] const addresses& where() const noexcept { return where_; }
    [[nodiscard]] journal_record& journal() noexcept { return *journal_; }

    /// Straight to Redis; nothing if it does not answer, or not within `patience`.
    std::optional<redis::reply> command(const texts& words,
                                        milliseconds patience = milliseconds{3'000});
    /// Fields of the sale; empty if Redis does not answer.
    [[nodiscard]] std::string field(const std::string& name);
    [[nodiscard]] std::int64_t number(const std::string& name);

    /// Runs `onsale …` on this ledger and, if it asks them, these orders.
    test::program_result run(texts command, bool asks_orders = false);
    [[nodiscard]] std::vector<order_row> order_rows() const;

    /// Starts what is not running, and waits until all is well: what is not, or nothing.
    [[nodiscard]] std::string become_well(milliseconds patience);
    /// What our programs said that have ended as nobody made them, since the last call.
    [[nodiscard]] std::string crashes();
    /// Copies what nodes and order writers have printed, and the ledger's files.
    void keep_traces(const std::filesystem::path& in) const;

    // Start what was ended; `more` is added to the round's environment.
    void start_redis();
    void start_node(std::size_t which, texts more = {});
    void start_writer(std::size_t which, texts more = {});
    void start_what_is_down();
    /// `kill -9` of every process; they are dead when it is back.
    void kill_everything();

    test::payment_side payments;
    test::power_loss power;  ///< the ledger's
    test::redis_server redis;
    test::order_database orders;
    std::unique_ptr<test::small_disk> ledger_disk;  ///< if there may be one
    std::unique_ptr<test::small_disk> orders_disk;
    std::vector<std::unique_ptr<test::cable>> ledger_cables;    ///< of each node, if they may be
    std::unique_ptr<test::cable> database_cable;                ///< of PostgreSQL, the same
    std::vector<std::unique_ptr<test::tcp_gate>> ledger_gates;  ///< of each node
    std::vector<std::unique_ptr<test::tcp_gate>> node_gates;    ///< between Nginx and each node
    std::unique_ptr<test::tcp_gate> writer_gate;                ///< of order writers to Redis
    std::unique_ptr<test::tcp_gate> database_gate;              ///< of PostgreSQL; else none
    std::vector<std::unique_ptr<test::node>> nodes;
    std::vector<std::unique_ptr<test::order_writer>> writers;
    std::unique_ptr<test::nginx_server> nginx;

  private:
    void make_small_disks();
    void open_sale();
    void add_nodes();
    void add_writers();
    [[nodiscard]] texts environment(texts more) const;
    [[nodiscard]] std::string what_is_not_well();
    void look_at_end(test::child& process, const std::string& log);

    const cast cast_;
    std::optional<redis::session> session_;
    std::unique_ptr<journal_record> journal_;
    addresses where_;
    std::string crashes_;
};

}  // namespace onsale::nemesis
