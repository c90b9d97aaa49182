#pragma once

#include "onsale/core/word.hpp"
#include "onsale/redis/endpoint.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace onsale::nemesis {

/// One entry, its fields by their names.
using journal_fields = std::map<std::string, std::string>;

/// Reads the whole journal of one sale as it is written, straight from Redis, on a thread of its
/// own, whatever happens to Redis.
///
/// The order writer trims what it has committed. Nothing is lost by that if each of its reports
/// waits for `read_from_now()`: then it is trimmed only what has been read here.
class journal_record {
  public:
    journal_record(redis::endpoint ledger, std::string sale);
    ~journal_record();
    journal_record(const journal_record&) = delete;
    journal_record& operator=(const journal_record&) = delete;

    /// A condition that holds once all is read that was written before this call. Any thread.
    [[nodiscard]] std::function<bool()> read_from_now();

    /// All entries up to now, by their versions; waits until that is so.
    [[nodiscard]] std::map<ledger_version, journal_fields> all();

    /// Reads what the ledger has now once more. Versions that are not the same as when they were
    /// first read: the ledger went back and on.
    [[nodiscard]] std::vector<ledger_version> changed();

  private:
    void read();

    const redis::endpoint ledger_;
    const std::string sale_;
    std::atomic<bool> over_{false};
    std::atomic<std::int64_t> begun_{0};     // readings
    std::atomic<std::int64_t> finished_{0};  // the last that came to the end

    std::mutex mutex_;
    std::map<ledger_version, journal_fields> entries_;  // by mutex_
    std::thread thread_;
};

}  // namespace onsale::nemesis
