#pragma once

#include "support/temporary_directory.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace onsale::test {

/// What a loss of power does to files that a program only appends to: the part that it had not
/// synced is gone, or torn somewhere. `kill -9` alone does not show that: the kernel has it still.
/// One thread.
///
///     power_loss power;
///     redis_server redis{{.environment = power.environment()}};
///     …
///     redis.kill();
///     power.strike(redis.directory() / "appendonlydir", ".incr.aof", random);
///     redis.start();
class power_loss {
  public:
    /// For each program whose syncs are to be known, before it starts.
    [[nodiscard]] std::vector<std::string> environment() const;

    /// The programs are dead. Cuts every file of `directory` whose name ends with `suffix` to what
    /// was synced of it, or, as often, somewhere in the rest, which is to be inside of an entry;
    /// returns how many bytes are gone. What is left counts as synced.
    std::int64_t strike(const std::filesystem::path& directory, std::string_view suffix,
                        std::minstd_rand& random);

  private:
    using inode = std::uint64_t;

    [[nodiscard]] std::filesystem::path record() const { return directory_.path() / "syncs"; }
    void hear_of_syncs();

    temporary_directory directory_;
    std::map<inode, std::int64_t> synced_;
};

}  // namespace onsale::test
