#include "steady_session.hpp"

#include "onsale/core/clock.hpp"
#include "onsale/core/limits.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <thread>

namespace onsale::app {

namespace {

/// Errors that prove "did not run" and pass by themselves.
bool passes_by(const redis::reply& answer) {
    constexpr std::array<std::string_view, 4> passing{"LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN"};
    return answer.is == redis::reply::kind::error &&
           std::any_of(passing.begin(), passing.end(),
                       [&](auto name) { return answer.text.starts_with(name); });
}

/// Tells, every now and then, that it takes long.
class patience {
  public:
    explicit patience(monotonic::duration most) : until_{monotonic::now() + most} {}

    void shorten(monotonic::duration most) { until_ = std::min(until_, started_ + most); }

    /// False if there is none left; else waits a little.
    [[nodiscard]] bool wait(const std::string& why) {
        const auto now = monotonic::now();
        if (now + limits::operator_pause >= until_) return false;
        if (now >= tell_) {
            std::fprintf(stderr, "onsale: %s; trying again\n", why.c_str());
            tell_ = now + limits::operator_tells;
        }
        std::this_thread::sleep_for(limits::operator_pause);
        return true;
    }

  private:
    time_point started_ = monotonic::now();
    time_point until_;
    time_point tell_ = started_ + limits::operator_tells;
};

}  // namespace

steady_session::answer steady_session::attempt(const std::function<answer(redis::session&)>& once) {
    if (!session_) {
        auto made = redis::session::connect(to_, limits::operator_reply);
        if (!made) return made.error();
        session_ = std::move(*made);
    }
    auto result = once(*session_);
    if (result) met_ = true;
    // After an error, too: it may have come from between MULTI and EXEC.
    if (!result || result->is == redis::reply::kind::error) session_.reset();
    return result;
}

or_failure<redis::reply> steady_session::ask(const std::function<answer(redis::session&)>& once) {
    patience left{limits::operator_deadline};
    for (;;) {
        auto got = attempt(once);
        if (got && got->is != redis::reply::kind::error) return *got;
        // A wrong address is not worth the wait that a restart is.
        if (!got && !got.error().may_have_run && !met_) left.shorten(limits::operator_tells);
        const auto why =
            got ? fmt::format("the ledger at {} says: {}", name(), got->text) : got.error().why;
        if (got && !passes_by(*got)) return failure{not_reachable, why};
        if (!left.wait(why)) return failure{not_reachable, why};
    }
}

failure steady_session::not_understood() const {
    return {not_reachable,
            fmt::format("{} answers, but not as a ledger of this onsale does", name())};
}

or_failure<redis::reply> steady_session::command(const words& sent) {
    return ask([&](redis::session& one) { return one.command(sent); });
}

or_failure<redis::reply> steady_session::run(redis::ledger_script which, const words& keys,
                                             const words& args) {
    return ask([&](redis::session& one) { return one.run(which, keys, args); });
}

or_failure<std::vector<redis::reply>> steady_session::together(const std::vector<words>& commands) {
    auto all = ask([&](redis::session& one) -> answer {
        auto said = one.command({"MULTI"});
        for (const auto& command : commands) {
            if (!said || said->is == redis::reply::kind::error) return said;
            said = one.command(command);
        }
        if (!said || said->is == redis::reply::kind::error) return said;
        return one.command({"EXEC"});
    });
    if (!all) return all.error();
    if (all->list.size() != commands.size()) {
        return failure{not_reachable, fmt::format("the ledger at {} did not answer all", name())};
    }
    return std::move(all->list);
}

}  // namespace onsale::app
