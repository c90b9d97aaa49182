#include "support/cable.hpp"

#include "support/program.hpp"

#include <exception>
#include <fcntl.h>
#include <random>
#include <sched.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

namespace onsale::test {

namespace {

using texts = std::vector<std::string>;

constexpr int most_cables = 1 << 15;
constexpr int attempts = 8;

/// In 198.18.0.0/15, which is kept for tests of networks: four addresses for each cable.
std::string address(int number, int end) {
    const int last = 4 * number + end;
    return "198." + std::to_string(18 + (last >> 16)) + "." + std::to_string((last >> 8) & 255) +
           "." + std::to_string(last & 255);
}

bool ip(texts words) try {
    words.insert(words.begin(), "ip");
    return run_program(words).status == 0;
} catch (const std::runtime_error&) {  // there is no such program
    return false;
}

}  // namespace

std::unique_ptr<cable> cable::lay() {
    std::random_device chance;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const auto number = static_cast<int>(chance() % most_cables);
        std::unique_ptr<cable> made{new cable{number}};
        if (made->far_ < 0) return nullptr;
        if (made->connect(number)) return made;  // else another program may have that number
    }
    return nullptr;
}

cable::cable(int number) : far_address_{address(number, 2)} {
    std::thread{[this] {
        if (unshare(CLONE_NEWNET) == 0)
            far_ = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    }}.join();
}

/// The last to hold the namespace: sockets that are left in it keep it a little longer.
cable::~cable() {
    if (far_ >= 0) close(far_);
}

bool cable::connect(int number) const {
    const auto near = "onsale" + std::to_string(number);
    const auto there = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(far_);
    bool is_done =
        ip({"link", "add", near, "type", "veth", "peer", "name", "far", "netns", there}) &&
        ip({"address", "add", address(number, 1) + "/30", "dev", near}) &&
        ip({"link", "set", near, "up"});
    at_far_end([&] {
        is_done = is_done && ip({"address", "add", far_address_ + "/30", "dev", "far"}) &&
                  ip({"link", "set", "far", "up"});
    });
    return is_done;
}

void cable::at_far_end(const std::function<void()>& act) const {
    std::exception_ptr error;
    std::thread{[&] {
        try {
            if (setns(far_, CLONE_NEWNET) != 0) throw std::runtime_error{"the other end is gone"};
            act();
        } catch (const std::exception&) {
            error = std::current_exception();
        }
    }}.join();
    if (error) std::rethrow_exception(error);
}

/// At the other end: here, the kernel would know at once that there is no way.
void cable::pull_out() const {
    at_far_end([] { static_cast<void>(ip({"link", "set", "far", "down"})); });
}

void cable::plug_in() const {
    at_far_end([] { static_cast<void>(ip({"link", "set", "far", "up"})); });
}

}  // namespace onsale::test
