#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

// The article's log: one line per purchase answered, `result:1,localSales:150` (design §6).

namespace onsale::http {

/// Written by a thread of its own: a disk that takes its time is no reason to let buyers wait.
/// Several threads and processes may share a file: whole lines are appended.
///
/// Thread safety: any thread.
class stat_log {
  public:
    /// Off if `path` is empty. A file that cannot be opened is reported by `good`.
    explicit stat_log(const std::string& path);
    stat_log(const stat_log&) = delete;
    stat_log& operator=(const stat_log&) = delete;
    ~stat_log();

    [[nodiscard]] bool good() const noexcept { return path_.empty() || file_ >= 0; }

    /// Notes one answer; written behind it, within `limits::stat_log_lag` if the disk can. Lines
    /// beyond `limits::stat_log_bytes` that wait for the disk are lost, and it says so once.
    void add(bool sold, std::int64_t local_sales);

  private:
    void keep_writing();
    void write(const std::string& lines);
    void complain(const char* why);

    const std::string path_;
    int file_ = -1;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string lines_;        // by mutex_
    bool ends_ = false;        // by mutex_
    bool complained_ = false;  // by mutex_
    std::thread writer_;
};

}  // namespace onsale::http
