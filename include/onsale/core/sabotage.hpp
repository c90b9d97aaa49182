#pragma once

#include <array>
#include <cstdint>
#include <string_view>

// Bugs and deaths on demand, to test the tests: built in with the option ONSALE_SABOTAGE only. In
// every other build all of this is nothing, and the program knows none of these names.
//
//   ONSALE_FAILPOINT=NAME:N        the process ends itself with SIGKILL when it passes NAME the Nth
//                                  time
//   ONSALE_FAILPOINT=NAME:N:stop   it stops there (SIGSTOP), until it is sent SIGCONT
//   ONSALE_FAILPOINT=NAME:N:term   it sends itself SIGTERM there, and goes on
//   ONSALE_MUTANT=NAME             the process has this bug
//
// `onsale sabotage` prints the names. A name that is not known ends the process.
//
// Thread safety: any thread.

namespace onsale::sabotage {

/// Where a process can be made to die.
enum class failpoint : std::uint8_t {
    before_send,
    after_send,
    before_answer,
    after_answer,
    after_read,
    before_commit,
    after_commit,
    before_trim,
};

/// Which bug a process can be given. What it does stands beside its name, in sabotage.cpp; those
/// in Lua are in redis/sabotaged_scripts.cpp.
enum class mutant : std::uint8_t {
    oversell_by_one,
    check_then_decrement,
    new_id_per_retry,
    reply_shifted,
    reply_skipped,
    timeout_is_sold_out,
    doubt_is_busy,
    token_back_on_unknown,
    closed_before_return,
    settle_twice,
    pay_by_ignored,
    limit_outside_script,
    look_up_skipped,
    fence_skipped,
    older_word_wins,
    stale_word_says_sold_out,
    unsynced_ack,
    rollback_ignored,
    position_apart,
    trim_before_commit,
    trim_by_length,
};

#ifdef ONSALE_SABOTAGE

/// Reads the environment. Ends the process with a sentence if a name in it is not known.
void begin();

void pass(failpoint point);

/// For a point that is reached by others too: `pass_armed` counts once after each `arm`, of the
/// same thread.
void arm(failpoint point);
void pass_armed(failpoint point);

[[nodiscard]] bool is(mutant bug) noexcept;

/// `lines` with the first line last.
[[nodiscard]] std::string_view shifted(std::string_view lines);

/// The one before `reply` that was as long in lines; `reply` if there was none. Of this thread.
[[nodiscard]] std::string_view previous(std::string_view reply);

struct name {
    std::string_view kind;  ///< failpoint or mutant
    std::string_view name;
    std::string_view sentence;
};

[[nodiscard]] std::array<name, 29> all_names();

#else

constexpr void begin() noexcept {}
constexpr void pass(failpoint /*point*/) noexcept {}
constexpr void arm(failpoint /*point*/) noexcept {}
constexpr void pass_armed(failpoint /*point*/) noexcept {}
[[nodiscard]] constexpr bool is(mutant /*bug*/) noexcept {
    return false;
}
[[nodiscard]] constexpr std::string_view shifted(std::string_view lines) noexcept {
    return lines;
}
[[nodiscard]] constexpr std::string_view previous(std::string_view reply) noexcept {
    return reply;
}

#endif

}  // namespace onsale::sabotage
