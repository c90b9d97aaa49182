#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/wait_until.hpp"

#include "onsale/core/limits.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <vector>

// More purchases than may wait, while the ledger says nothing (L16, P11).

namespace onsale::test {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t too_many = 300;

void allow_descriptors(std::size_t wanted) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    ASSERT_GE(files.rlim_max, wanted) << "the test needs so many open files";
    files.rlim_cur = wanted;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
}

/// Resident memory of a process in KiB.
std::int64_t memory_of(pid_t pid) {
    std::ifstream status{"/proc/" + std::to_string(pid) + "/status"};
    for (std::string word; status >> word;) {
        std::int64_t size = 0;
        if (word == "VmRSS:" && status >> size) return size;
    }
    return 0;
}

class waiting_crowd {
  public:
    explicit waiting_crowd(std::uint16_t port) {
        clients_.reserve(limits::waiting + too_many);
        while (clients_.size() < limits::waiting + too_many) {
            clients_.emplace_back(port);
        }
    }

    void ask() {
        const auto request = http_request("GET", "/buy/ticket?sale=G101");
        for (auto& one : clients_) {
            one.send(request);
        }
    }

    /// Those who are there beyond the bound.
    [[nodiscard]] std::size_t refused() {
        std::size_t count = 0;
        for (std::size_t i = limits::waiting; i < clients_.size(); ++i) {
            count += clients_[i].receive().status == 503 ? 1 : 0;
        }
        return count;
    }

    [[nodiscard]] bool first_still_waits() const { return !clients_.front().has_something(0ms); }

    /// How many within the bound were told `status`.
    [[nodiscard]] std::size_t told(std::vector<unsigned> statuses) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < limits::waiting; ++i) {
            const auto status = clients_[i].receive().status;
            count += std::count(statuses.begin(), statuses.end(), status) > 0 ? 1 : 0;
        }
        return count;
    }

  private:
    std::vector<http_client> clients_;
};

TEST(Waiting, BeyondItsBoundIsRefusedAtOnceAndMemoryStaysBounded) {
    allow_descriptors(limits::waiting + too_many + 200);
    stage on{{.nodes = 1, .total = 100'000}};
    waiting_crowd all{on.ports()[0]};
    std::vector<std::int64_t> memory;
    for (int round = 0; round < 2; ++round) {
        on.redis.process().send(SIGSTOP);
        on.nodes[0]->process().send(SIGSTOP);  // it meets them all at once, however slowly they ask
        all.ask();
        const auto met = std::chrono::steady_clock::now();
        on.nodes[0]->process().send(SIGCONT);
        const auto refused = all.refused();
        const bool first_waits = all.first_still_waits();
        // A machine on which this takes longer than a purchase may wait shows nothing.
        if (std::chrono::steady_clock::now() - met < limits::purchase_deadline) {
            EXPECT_EQ(refused, too_many);
            EXPECT_TRUE(first_waits) << "the refusal was no deadline";
        }
        memory.push_back(memory_of(on.nodes[0]->pid()));
        EXPECT_EQ(all.told({202, 503}), limits::waiting) << "at their deadline";
        on.redis.process().send(SIGCONT);
        ASSERT_TRUE(on.all_sell());
    }
    EXPECT_LT(memory[1], memory[0] + 32 * 1024) << "what waits is kept and used again";
}

}  // namespace

}  // namespace onsale::test
