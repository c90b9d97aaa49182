#pragma once

#include "connection.hpp"

#include "onsale/core/error.hpp"
#include "onsale/core/memory_forecast.hpp"
#include "onsale/redis/endpoint.hpp"
#include "onsale/redis/link.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <vector>

// What is said on a new connection before the first purchase goes over it (L7, L18).

namespace onsale::redis {

/// A connection as its Redis knows it. Client ids begin again at a restart: only together with the
/// run id do they name one.
struct identity {
    std::int64_t client = 0;
    std::string run;

    friend bool operator==(const identity&, const identity&) = default;
};

/// Logs in, selects the database, learns who we are and loads the scripts.
[[nodiscard]] boost::asio::awaitable<or_complaint<identity>> greet(connection& over, endpoint as);

/// Makes sure that nothing sent on `old` runs from now on: kills those that this Redis still has.
/// Killed or gone, they are taken off the list.
[[nodiscard]] boost::asio::awaitable<or_complaint<int>> fence(connection& over, identity us,
                                                              std::vector<identity> old);

/// Success if no script of the ledger would have to stop half-way because our user may not do all
/// of it.
[[nodiscard]] boost::asio::awaitable<or_complaint<int>> check_rights(connection& over);

/// Success if the ledger keeps what `wanted` asks for.
[[nodiscard]] boost::asio::awaitable<or_complaint<int>> check_durability(connection& over,
                                                                         durability wanted);

/// What a Redis has done to its append-only file. It counts from its start, or from the last CONFIG
/// RESETSTAT, which sets every count back.
struct rewrites {
    std::string run;                 ///< of the Redis
    std::int64_t begun = 0;          ///< so far
    std::int64_t config_sets = 0;    ///< CONFIG SET so far
    std::int64_t config_resets = 0;  ///< CONFIG RESETSTAT so far: 1 at most
    std::int64_t infos = 0;          ///< INFO so far: what asks for all this, so it always grows
    bool is_waiting = false;         ///< one is to begin as soon as it can
    bool is_running = false;
};

[[nodiscard]] boost::asio::awaitable<or_complaint<rewrites>> ask_rewrites(connection& over);

/// Whether the append-only file is the whole ledger. After `appendonly` was switched on it is not
/// before the first rewrite is done: until then a crash loses all that was written since it was
/// switched off, and Redis tells that rewrite from no other. An ordinary one began without a CONFIG
/// SET, after a look at the same Redis that found the file whole; whether there was a CONFIG SET is
/// not known if the counts were set back meanwhile.
class append_only_file {
  public:
    [[nodiscard]] or_complaint<int> believe(const rewrites& now);

  private:
    rewrites whole_at_;  ///< the last look that found it so; `run` is empty: none yet
};

/// What the ledger says of its memory.
[[nodiscard]] boost::asio::awaitable<or_complaint<ledger_memory>> ask_memory(connection& over);

/// Loads the scripts again, after Redis has lost them. Replies come in order: what is sent after
/// this runs after it. Nobody waits for the replies.
void load_scripts_again(connection& over);

}  // namespace onsale::redis
