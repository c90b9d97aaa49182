#include "onsale/core/sabotage.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <unistd.h>

// Compiled with ONSALE_SABOTAGE only.

namespace onsale::sabotage {

namespace {

constexpr std::size_t failpoint_count = 8;

/// In the order of the two enums.
constexpr std::array<name, 29> names{{
    {"failpoint", "before_send", "a node has a batch ready, and has not handed it to the socket"},
    {"failpoint", "after_send", "a node has handed a batch to the socket"},
    {"failpoint", "before_answer", "the ledger's reply is here, no buyer of the batch is told"},
    {"failpoint", "after_answer", "the buyers of a batch are told"},
    {"failpoint", "after_read", "the order writer has read journal entries, nothing is begun"},
    {"failpoint", "before_commit", "the order writer has written rows, and has not committed them"},
    {"failpoint", "after_commit", "the order writer has committed, the ledger has not heard of it"},
    {"failpoint", "before_trim", "the order writer is about to report its position"},
    {"mutant", "oversell_by_one", "reserve.lua sells one ticket more than there are"},
    {"mutant", "check_then_decrement",
     "a node checks by the last word, reserve.lua takes without a check"},
    {"mutant", "new_id_per_retry", "a purchase that is sent again gets a new id"},
    {"mutant", "reply_shifted", "lines of a reply go to the neighbour, and no id is compared"},
    {"mutant", "reply_skipped",
     "each batch is told the reply of the batch before, and no id is compared"},
    {"mutant", "timeout_is_sold_out", "a purchase without a reply in time is told sold out"},
    {"mutant", "doubt_is_busy", "a purchase that may have run is told that nothing was sold"},
    {"mutant", "token_back_on_unknown", "an unknown outcome gives the token back"},
    {"mutant", "closed_before_return",
     "settle.lua sets the state first, and one in eight never gives the tickets back"},
    {"mutant", "settle_twice", "a second cancel gives the tickets back a second time"},
    {"mutant", "pay_by_ignored", "a payment past the pay-by is taken"},
    {"mutant", "limit_outside_script",
     "the buyer's limit is checked by the count before the batch"},
    {"mutant", "look_up_skipped", "sold out is told to a key that has its ticket already"},
    {"mutant", "fence_skipped", "purchases are sent again before the old connection is killed"},
    {"mutant", "older_word_wins", "the word that came last is believed, however old it is"},
    {"mutant", "stale_word_says_sold_out", "sold out is told by a word of any age"},
    {"mutant", "unsynced_ack", "a node sells though the ledger is not as durable as it has to be"},
    {"mutant", "rollback_ignored", "a ledger that went back does not freeze"},
    {"mutant", "position_apart", "the order writer commits its position before the rows"},
    {"mutant", "trim_before_commit", "the order writer reports its position before it commits"},
    {"mutant", "trim_by_length", "the journal is trimmed to four entries, ordered or not"},
}};

/// What the environment asks for, as places in `names`.
struct plan {
    std::optional<std::size_t> point;
    std::optional<std::size_t> bug;
    std::atomic<std::int64_t> passes_left{0};
    int signal = SIGKILL;
};

[[noreturn]] void give_up(std::string_view variable, std::string_view value) {
    std::fprintf(stderr, "onsale: %.*s=%.*s is not known; onsale sabotage prints the names\n",
                 static_cast<int>(variable.size()), variable.data(), static_cast<int>(value.size()),
                 value.data());
    std::_Exit(2);
}

std::optional<std::size_t> find(std::string_view kind, std::string_view wanted) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const name& one) {
        return one.kind == kind && one.name == wanted;
    });
    if (found == names.end()) return std::nullopt;
    return static_cast<std::size_t>(found - names.begin());
}

std::optional<int> parse_signal(std::string_view name) {
    if (name.empty()) return SIGKILL;
    if (name == "stop") return SIGSTOP;
    if (name == "term") return SIGTERM;
    return std::nullopt;
}

struct chosen_plan : plan {
    chosen_plan() {
        if (const char* value = std::getenv("ONSALE_FAILPOINT")) {
            std::string_view passes = value;
            point = find("failpoint", cut(passes, ':'));
            passes_left = parse_integer(cut(passes, ':')).value_or(0);
            const auto what = parse_signal(passes);
            if (!point || passes_left < 1 || !what) give_up("ONSALE_FAILPOINT", value);
            signal = *what;
        }
        if (const char* value = std::getenv("ONSALE_MUTANT")) {
            bug = find("mutant", value);
            if (!bug) give_up("ONSALE_MUTANT", value);
        }
    }
};

plan& chosen() {
    static chosen_plan instance;
    return instance;
}

std::array<bool, failpoint_count>& armed() {
    thread_local std::array<bool, failpoint_count> points{};
    return points;
}

}  // namespace

void begin() {
    static_cast<void>(chosen());
}

void pass(failpoint point) {
    auto& plan = chosen();
    if (plan.point != static_cast<std::size_t>(point) || --plan.passes_left != 0) return;
    static_cast<void>(::kill(::getpid(), plan.signal));
    if (plan.signal == SIGKILL) ::pause();  // not a step further
}

void arm(failpoint point) {
    armed()[static_cast<std::size_t>(point)] = true;
}

void pass_armed(failpoint point) {
    auto& is_armed = armed()[static_cast<std::size_t>(point)];
    if (is_armed) pass(point);
    is_armed = false;
}

bool is(mutant bug) noexcept {
    return chosen().bug == failpoint_count + static_cast<std::size_t>(bug);
}

std::string_view shifted(std::string_view lines) {
    thread_local std::string kept;
    const auto first = cut(lines, '\n');
    kept = lines;
    if (!kept.empty()) kept += '\n';
    kept += first;
    return kept;
}

std::string_view previous(std::string_view reply) {
    thread_local std::map<std::ptrdiff_t, std::string> last;
    thread_local std::string before;
    auto& same_shape = last[std::count(reply.begin(), reply.end(), '\n')];
    before = same_shape.empty() ? std::string{reply} : same_shape;
    same_shape = reply;
    return before;
}

std::array<name, 29> all_names() {
    return names;
}

}  // namespace onsale::sabotage
