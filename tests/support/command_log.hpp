#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

// Reads along as nodes talk to Redis.

namespace onsale::test {

/// The commands of many connections, in the order in which they came. One thread.
class command_log {
  public:
    void add(std::string command);

    [[nodiscard]] std::int64_t count() const noexcept { return count_; }
    [[nodiscard]] std::vector<std::string> all() const { return {last_.begin(), last_.end()}; }

  private:
    static constexpr std::size_t remembered = 10'000;

    std::deque<std::string> last_;
    std::int64_t count_ = 0;
};

/// Takes one connection's commands apart, however its bytes are cut: arrays of bulk strings, the
/// only form in which clients send them. Of each, the first words are noted once it is whole.
class command_reader {
  public:
    void read(std::string_view bytes, command_log& into);

  private:
    static constexpr std::size_t words_noted = 4;

    [[nodiscard]] bool take_command(std::string_view& rest, command_log& into);
    [[nodiscard]] bool take_word(std::string_view& rest);

    std::string unread_;
    std::string noted_;
    std::size_t words_left_ = 0;
    std::size_t words_seen_ = 0;
};

}  // namespace onsale::test
