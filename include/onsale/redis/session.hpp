#pragma once

#include "onsale/redis/endpoint.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// A plain, blocking conversation with the ledger, for the operator's commands. Nodes do not use it.

namespace onsale::redis {

/// What Redis answered. `error` is an answer too: it proves that the command did not run.
struct reply {
    enum class kind : std::uint8_t { nothing, text, integer, list, error };

    kind is = kind::nothing;
    std::string text;
    std::int64_t integer = 0;
    std::vector<reply> list;
};

/// Why there is no reply: a sentence for people; `may_have_run` as in L18.
struct silence {
    std::string why;
    bool may_have_run = false;
};

template <class T>
using outcome_or_silence = boost::system::result<T, silence>;

enum class ledger_script : std::uint8_t { open, reserve, settle, adjust, read, ordered, rebuild };

/// One thread. Not to be used again after a silence.
class session {
  public:
    using arguments = std::span<const std::string>;

    /// Connects, logs in and selects the database. Every step and every later reply may take
    /// `patience`.
    [[nodiscard]] static outcome_or_silence<session> connect(const endpoint& to,
                                                             std::chrono::milliseconds patience);

    [[nodiscard]] outcome_or_silence<reply> command(arguments words);
    [[nodiscard]] outcome_or_silence<reply> command(std::initializer_list<std::string> words) {
        return command(arguments{words.begin(), words.size()});
    }

    /// Runs a script of the ledger, and loads it first if Redis does not know it.
    [[nodiscard]] outcome_or_silence<reply> run(ledger_script which, arguments keys,
                                                arguments args);

    session(session&&) noexcept;
    session& operator=(session&&) noexcept;
    ~session();

  private:
    struct context;
    explicit session(std::unique_ptr<context> connected) noexcept;

    std::unique_ptr<context> context_;
};

}  // namespace onsale::redis
