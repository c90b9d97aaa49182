#pragma once

#include <chrono>
#include <thread>

// For tests with real processes only; unit tests have no need to wait.

namespace onsale::test {

/// For what is certain to come: a test must not depend on how fast or how busy the machine is, and
/// only one that fails waits this long.
inline constexpr std::chrono::seconds long_enough{60};

/// Asks again and again until `holds()`; false if it did not in time.
template <class Condition>
[[nodiscard]] bool wait_until(Condition holds, std::chrono::milliseconds patience = long_enough) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (!holds()) {
        if (std::chrono::steady_clock::now() >= end) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

}  // namespace onsale::test
