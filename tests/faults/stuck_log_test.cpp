#include "support/http_client.hpp"
#include "support/stage.hpp"
#include "support/temporary_directory.hpp"

#include "onsale/core/limits.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

// P12: who reads a node's log, and the disk that takes its stat log, may take their time. The
// slowest of all is a pipe that is full and that nobody reads. Told to stop it stops all the same.

namespace onsale::test {

namespace {

/// A named pipe that takes no byte more.
class full_pipe {
  public:
    full_pipe() {
        if (mkfifo(path().c_str(), 0600) != 0) throw std::runtime_error{"no pipe can be made"};
        end_ = open(path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
        constexpr std::array<char, 4096> page{};
        while (write(end_, page.data(), page.size()) > 0) {
        }
        while (write(end_, page.data(), 1) > 0) {
        }
    }
    full_pipe(const full_pipe&) = delete;
    full_pipe& operator=(const full_pipe&) = delete;
    ~full_pipe() { close(end_); }

    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "pipe"; }

  private:
    temporary_directory directory_;
    int end_ = -1;
};

TEST(StuckLog, P12ANodeWhoseLogNobodyReadsSellsAndStops) {
    const full_pipe log;
    stage on{{.nodes = 0}};
    node mute{on.redis.endpoint(), {.output = log.path()}};
    EXPECT_EQ(buy_at(mute.port(), "ada").status, 201U);
    mute.terminate();
    EXPECT_EQ(mute.wait(limits::stop_deadline), 0) << "it waits for its log to be read";
}

TEST(StuckLog, P12ANodeWhoseStatLogCannotBeWrittenSellsAndStops) {
    const full_pipe log;
    stage on{{.nodes = 0}};
    node stuck{on.redis.endpoint(), {.settings = {"node.stat_log=" + log.path().string()}}};
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(buy_at(stuck.port(), "buyer-" + std::to_string(i)).status, 201U);
    }
    stuck.terminate();
    EXPECT_EQ(stuck.wait(limits::stop_deadline), 0) << "it waits for its stat log to be taken";
}

}  // namespace

}  // namespace onsale::test
