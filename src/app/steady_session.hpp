#pragma once

#include "commands.hpp"

#include "onsale/redis/endpoint.hpp"
#include "onsale/redis/session.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

// The operator's conversation with the ledger. It sends again, by itself, what was not answered:
// all that goes through here either changes nothing or carries an operation id (L23).

namespace onsale::app {

/// One thread. Bounded: an answer or a failure after `limits::operator_deadline` at the latest;
/// tells the operator on standard error when it takes longer than a moment.
class steady_session {
  public:
    using words = std::vector<std::string>;

    explicit steady_session(redis::endpoint to) : to_{std::move(to)} {}

    [[nodiscard]] or_failure<redis::reply> command(const words& sent);

    [[nodiscard]] or_failure<redis::reply> run(redis::ledger_script which, const words& keys,
                                               const words& args);

    /// All of `commands` in one atomic step; their replies in order, errors among them.
    [[nodiscard]] or_failure<std::vector<redis::reply>> together(
        const std::vector<words>& commands);

    /// It answered with what no script of this program answers.
    [[nodiscard]] failure not_understood() const;

    /// For people.
    [[nodiscard]] std::string name() const { return to_.to_string(); }

  private:
    using answer = redis::outcome_or_silence<redis::reply>;

    [[nodiscard]] or_failure<redis::reply> ask(const std::function<answer(redis::session&)>& once);
    [[nodiscard]] answer attempt(const std::function<answer(redis::session&)>& once);

    redis::endpoint to_;
    std::optional<redis::session> session_;
    bool met_ = false;  ///< there is a ledger at that address: it answered at least once
};

}  // namespace onsale::app
