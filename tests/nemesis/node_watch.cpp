#include "nemesis/node_watch.hpp"

#include "support/http_client.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace onsale::nemesis {

namespace {

constexpr milliseconds stood_still{150};
constexpr milliseconds count_every{400};
/// Buffers that were made for the busiest moment stay.
constexpr std::int64_t grown_kilobytes = 24 * 1024;
constexpr std::int64_t grown_descriptors = 8;

/// A page of metrics; empty: the node does not answer.
std::string metrics_of(std::uint16_t port) {
    try {
        return test::http_client{port, milliseconds{300}}.get("/metrics").body;
    } catch (const std::runtime_error&) {
        return {};
    }
}

std::int64_t value_in(const std::string& page, const std::string& name) {
    const auto at = page.find("\n" + name + " ");
    if (at == std::string::npos) return 0;
    return static_cast<std::int64_t>(std::stod(page.substr(at + name.size() + 2)));
}

std::int64_t times_in(const std::string& text, const std::string& words) {
    std::int64_t times = 0;
    for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
        ++times;
    return times;
}

/// How often a writer that stood by wrote in the same life.
std::int64_t takeovers_in(const std::string& log) {
    std::istringstream lines{log};
    std::int64_t times = 0;
    bool stands_by = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.find(" I from ") != std::string::npos) stands_by = false;  // a new life
        if (line.find("standing by") != std::string::npos) stands_by = true;
        if (line.find("writing orders to") == std::string::npos) continue;
        times += stands_by ? 1 : 0;
        stands_by = false;
    }
    return times;
}

}  // namespace

void node_watch::look(event_counts& reached, std::vector<stopped_time>& stopped) {
    const auto now = std::chrono::steady_clock::now();
    // Between two looks is a turn's sleep, or an act of a fault, which may take long and is no
    // sign of anything: only a sleep that lasts is.
    const auto woken = [] {
        const auto before = std::chrono::steady_clock::now();
        std::this_thread::sleep_for(milliseconds{1});
        return std::chrono::steady_clock::now() - before;
    }();
    if (woken > stood_still) stopped.push_back({by_nginx, now, now + woken});
    if (now - last_count_ < count_every) return;
    last_count_ = now;
    for (const auto& one : on_.nodes) {
        if (one->process().is_running()) count(*one, counted_[one->pid()], reached);
    }
}

void node_watch::count(test::node& one, counters& before, event_counts& reached) {
    const auto page = metrics_of(one.port());
    if (page.empty()) return;
    const auto fences = value_in(page, "onsale_ledger_fences_total");
    const auto sent_again = value_in(page, "onsale_ledger_resent_total");
    reached.add(event::fenced, fences - before.fences);
    reached.add(event::sent_again, sent_again - before.sent_again);
    before = {fences, sent_again};
    const bool one_is_dead = std::any_of(on_.nodes.begin(), on_.nodes.end(), [](const auto& each) {
        return !each->process().is_running();
    });
    // By the name of the sale's total: what a node begins with is its share of that, and a tenth.
    const auto total =
        value_in(page, std::string{"onsale_sale_total{sale=\""} + whole_system::sale + "\"}");
    const auto share = total * 11 / 10 / std::ssize(on_.nodes) + 1;
    const auto sold = value_in(page, "onsale_purchases_total{outcome=\"sold\"}");
    if (one_is_dead && total > 0 && sold > share) reached.add(event::granted_after_death);
}

std::optional<node_watch::size> node_watch::size_of(test::node& one) {
    const auto process = "/proc/" + std::to_string(one.pid());
    std::ifstream status{process + "/status"};
    size found;
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:"))
            found.kilobytes = std::stoll(line.substr(line.find_first_of("0123456789")));
    }
    std::error_code error;
    for (std::filesystem::directory_iterator each{process + "/fd", error}, end; each != end;
         each.increment(error)) {
        ++found.descriptors;
        found.what += std::filesystem::read_symlink(each->path(), error).string() + " ";
    }
    const auto page = metrics_of(one.port());
    if (page.empty() || found.kilobytes == 0) return std::nullopt;
    found.descriptors -= value_in(page, "onsale_connections");
    found.what += "; connections " + std::to_string(value_in(page, "onsale_connections"));
    return found;
}

void node_watch::remember_size() {
    for (const auto& one : on_.nodes)
        before_.push_back(size_of(*one).value_or(size{}));
}

void node_watch::compare_size(findings& found, bool memory) {
    for (std::size_t i = 0; i < before_.size(); ++i) {
        const auto now = size_of(*on_.nodes[i]);
        if (!now || before_[i].kilobytes == 0) continue;
        found.looked_at(check::lean);
        if (memory && now->kilobytes > before_[i].kilobytes + grown_kilobytes) {
            found.add(check::lean, "a node grew from " + std::to_string(before_[i].kilobytes) +
                                       " to " + std::to_string(now->kilobytes) + " KiB");
        }
        if (now->descriptors > before_[i].descriptors + grown_descriptors) {
            found.add(check::lean, "a node had " + std::to_string(before_[i].descriptors) +
                                       " descriptors beside its connections, and has " +
                                       std::to_string(now->descriptors) + ": " + now->what);
        }
    }
}

void node_watch::count_all(event_counts& reached) {
    const auto count = [&](test::tcp_gate& gate) {
        const auto seen = gate.traffic();
        reached.add(event::reply_lost, seen.lost_replies);
        reached.add(event::delivered_late, seen.late_requests);
    };
    for (const auto& gate : on_.ledger_gates)
        count(*gate);
    for (const auto& gate : on_.node_gates)
        count(*gate);
    if (on_.database_gate) count(*on_.database_gate);
    for (const auto& one : on_.writers)
        reached.add(event::stood_by_took_over, takeovers_in(one->log()));
    for (const auto& one : on_.nodes)
        reached.add(event::scripts_loaded_again,
                    times_in(one->log(), "the ledger had lost its scripts"));
}

}  // namespace onsale::nemesis
