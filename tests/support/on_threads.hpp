#pragma once

#include <latch>
#include <thread>
#include <vector>

namespace onsale::test {

/// Runs `work(i)` on `count` threads that begin together, so that they meet; returns when all are
/// done.
template <class Work>
void on_threads(int count, Work work) {
    std::latch all_here{count};
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            all_here.arrive_and_wait();
            work(i);
        });
    }
    for (auto& one : threads) {
        one.join();
    }
}

}  // namespace onsale::test
