#include "nemesis/whole_system.hpp"

#include "support/http_client.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

namespace onsale::nemesis {

namespace {

constexpr std::int64_t small_disk_bytes = std::int64_t{256} * 1024 * 1024;
constexpr int writers_started = 2;
constexpr auto something_else = test::tcp_gate::speaks::something_else;

/// Killed by us or by a failpoint, or told to stop: nobody else ends our programs.
bool ended_well(std::optional<int> status) {
    return !status || *status == 0 || *status == -SIGKILL || *status == -SIGTERM;
}

unsigned status_of(std::uint16_t port, const std::string& path) {
    try {
        return test::http_client{port, std::chrono::seconds{1}}.get(path).status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

}  // namespace

whole_system::whole_system(cast of)
    : redis{{.arguments = {"--enable-debug-command", "yes"}, .environment = power.environment()}},
      orders{of.database},
      cast_{std::move(of)} {
    orders.wait_at_most(std::chrono::seconds{1});
    if (cast_.small_disks) make_small_disks();
    open_sale();
    journal_ = std::make_unique<journal_record>(redis.endpoint(), sale);
    add_nodes();
    add_writers();
    where_.sale = sale;
    std::vector<std::uint16_t> behind_gates;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        where_.nodes.push_back(nodes[i]->port());
        behind_gates.push_back(node_gates[i]->port());
    }
    // Its configuration names four: with fewer, some of them are two of the four.
    for (std::size_t i = 0; behind_gates.size() < 4; ++i)
        behind_gates.push_back(behind_gates[i]);
    nginx = std::make_unique<test::nginx_server>(behind_gates);
    where_.nginx = nginx->port();
}

/// What has files open on the small disks ends before they do.
whole_system::~whole_system() {
    nginx.reset();
    nodes.clear();
    writers.clear();
    writer_gate.reset();  // whose thread asks the journal
    journal_.reset();
    redis.process().send(SIGCONT);
    redis.kill();
    ledger_disk.reset();
    orders_disk.reset();
}

void whole_system::make_small_disks() {
    redis.kill();
    ledger_disk = test::small_disk::mount_on(redis.directory(), small_disk_bytes);
    redis.start();
    orders_disk = test::small_disk::mount_on(orders.directory(), small_disk_bytes);
    if (orders_disk) orders.move_to_directory();
}

void whole_system::open_sale() {
    session_ = redis.connect();
    test::ledger_client ledger{*session_, sale};
    ledger.open({.total = cast_.total, .limit = cast_.limit, .hold_ms = cast_.hold_ms});
}

void whole_system::add_nodes() {
    for (int i = 0; i < cast_.nodes; ++i) {
        auto cable = test::cable::lay();
        ledger_gates.push_back(std::make_unique<test::tcp_gate>(
            redis.endpoint(), test::tcp_gate::speaks::redis, cable.get()));
        if (cable) ledger_cables.push_back(std::move(cable));
        nodes.push_back(std::make_unique<test::node>(
            ledger_gates.back()->endpoint(),
            test::node::options{
                .settings = {"node.weight=1", "node.weights=" + std::to_string(cast_.nodes),
                             "node.threads=" + std::to_string(cast_.threads),
                             "node.trust_request_id=true", payments.setting()},
                .environment = environment({})}));
        redis::endpoint to;
        to.port = nodes.back()->port();
        node_gates.push_back(std::make_unique<test::tcp_gate>(to, something_else));
    }
}

void whole_system::add_writers() {
    auto url = orders.url();
    if (cast_.database == test::database_kind::postgresql) {
        redis::endpoint server;
        server.socket = orders.socket();
        database_cable = test::cable::lay();
        database_gate =
            std::make_unique<test::tcp_gate>(server, something_else, database_cable.get());
        url = "postgresql://onsale@" + database_gate->host() + ":" +
              std::to_string(database_gate->port()) + "/orders";
    }
    writer_gate = std::make_unique<test::tcp_gate>(redis.endpoint());
    writer_gate->hold_back([this] { return journal_->read_from_now(); });
    for (int i = 0; i < writers_started; ++i) {
        writers.push_back(std::make_unique<test::order_writer>(writer_gate->endpoint(), url));
        if (cast_.environment.empty()) continue;
        writers.back()->kill();
        start_writer(writers.size() - 1);
    }
}

whole_system::texts whole_system::environment(texts more) const {
    more.insert(more.begin(), cast_.environment.begin(), cast_.environment.end());
    return more;
}

std::optional<redis::reply> whole_system::command(const texts& words, milliseconds patience) {
    if (!session_) {
        auto made = redis::session::connect(redis.endpoint(), patience);
        if (!made) return std::nullopt;
        session_.emplace(std::move(*made));
    }
    auto answer = session_->command(words);
    if (!answer) session_.reset();
    if (!answer) return std::nullopt;
    return std::move(*answer);
}

std::string whole_system::field(const std::string& name) {
    const auto answer = command({"HGET", redis::sale_key(sale), name});
    return answer ? answer->text : std::string{};
}

std::int64_t whole_system::number(const std::string& name) {
    return parse_integer(field(name)).value_or(-1);
}

test::program_result whole_system::run(texts words, bool asks_orders) {
    words.insert(words.begin(), test::onsale_binary());
    words.insert(words.end(), {"--redis", redis.endpoint().to_string()});
    if (asks_orders) words.insert(words.end(), {"--orders", orders.url()});
    return test::run_program(words);
}

std::vector<order_row> whole_system::order_rows() const {
    std::vector<order_row> rows;
    for (const auto& line : orders.column(
             "SELECT reservation || '|' || state || '|' || quantity || '|' || tickets || '|' || "
             "buyer FROM orders WHERE sale = '" +
             std::string{sale} + "'")) {
        std::string_view rest = line;
        order_row row;
        row.reservation = cut(rest, '|');
        row.state = cut(rest, '|');
        row.quantity = parse_integer(cut(rest, '|')).value_or(-1);
        row.tickets = cut(rest, '|');
        row.buyer = rest;
        rows.push_back(std::move(row));
    }
    return rows;
}

void whole_system::start_redis() {
    session_.reset();
    redis.start();
}

void whole_system::start_node(std::size_t which, texts more) {
    look_at_end(nodes[which]->process(), nodes[which]->log());
    nodes[which]->start_in(environment(std::move(more)));
}

void whole_system::start_writer(std::size_t which, texts more) {
    look_at_end(writers[which]->process(), writers[which]->log());
    writers[which]->start(environment(std::move(more)));
}

void whole_system::start_what_is_down() {
    orders.start_if_killed();
    if (!redis.process().is_running()) start_redis();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!nodes[i]->process().is_running()) start_node(i);
    }
    for (std::size_t i = 0; i < writers.size(); ++i) {
        if (!writers[i]->process().is_running()) start_writer(i);
    }
    if (!nginx->process().is_running()) nginx->start();
}

void whole_system::kill_everything() {
    for (const auto& one : nodes)
        one->process().send(SIGKILL);
    for (const auto& one : writers)
        one->process().send(SIGKILL);
    redis.process().send(SIGKILL);
    orders.kill();
    nginx->kill();
    redis.kill();
    for (const auto& one : nodes)
        one->kill();
    for (const auto& one : writers)
        one->kill();
}

std::string whole_system::what_is_not_well() {
    const auto pong = command({"PING"});
    if (!pong || pong->is != redis::reply::kind::text) return "Redis does not answer";
    for (const auto& one : nodes) {
        const auto status = status_of(one->port(), "/readyz");
        if (status != 200) return "a node says " + std::to_string(status) + ": " + one->log();
    }
    if (!orders.answers()) return "the order database does not answer";
    const auto status = status_of(nginx->port(), std::string{"/v1/sales/"} + sale);
    if (status != 200) return "Nginx says " + std::to_string(status);
    for (const auto& one : writers) {
        if (!one->process().is_running()) return "an order writer has ended: " + one->log();
    }
    return {};
}

std::string whole_system::become_well(milliseconds patience) {
    std::string wrong;
    const auto well = [&] {
        start_what_is_down();
        wrong = what_is_not_well();
        if (!wrong.empty()) std::this_thread::sleep_for(milliseconds{20});
        return wrong.empty();
    };
    return test::wait_until(well, patience) ? std::string{} : wrong;
}

void whole_system::look_at_end(test::child& process, const std::string& log) {
    const bool bug = log.find("onsale: a bug") != std::string::npos ||
                     log.find("Sanitizer") != std::string::npos ||
                     log.find("runtime error") != std::string::npos;
    const auto status = process.wait(milliseconds{0});
    if (bug || !ended_well(status))
        crashes_ += "ended with " + std::to_string(status.value_or(0)) + ": " + log;
}

std::string whole_system::crashes() {
    for (const auto& one : nodes)
        look_at_end(one->process(), one->log());
    for (const auto& one : writers)
        look_at_end(one->process(), one->log());
    return std::exchange(crashes_, {});
}

void whole_system::keep_traces(const std::filesystem::path& in) const {
    std::filesystem::create_directories(in);
    const auto write = [&](const std::string& name, std::size_t number, const std::string& text) {
        std::ofstream{in / (name + "-" + std::to_string(number) + ".log")} << text;
    };
    for (std::size_t i = 0; i < nodes.size(); ++i)
        write("node", i, nodes[i]->log());
    for (std::size_t i = 0; i < writers.size(); ++i)
        write("orders", i, writers[i]->log());
    std::error_code ignored;  // what Redis takes away meanwhile, or has not
    std::filesystem::copy(redis.directory() / "appendonlydir", in / "appendonlydir",
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing,
                          ignored);
}

}  // namespace onsale::nemesis
