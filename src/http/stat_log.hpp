#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <string>

// The article's log: one line per purchase answered, `result:1,localSales:150` (design §6).

namespace onsale::http {

/// One thread; several threads and processes may share a file: whole lines are appended.
class stat_log {
  public:
    /// Off if `path` is empty. A file that cannot be opened is reported by `good`.
    stat_log(boost::asio::io_context& io, const std::string& path);
    stat_log(const stat_log&) = delete;
    stat_log& operator=(const stat_log&) = delete;
    ~stat_log();

    [[nodiscard]] bool good() const noexcept { return path_.empty() || file_ >= 0; }
    [[nodiscard]] bool is_on() const noexcept { return file_ >= 0; }

    /// Notes one answer; written behind it, within `limits::stat_log_lag`.
    void add(bool sold, std::int64_t local_sales);

  private:
    void flush();

    std::string path_;
    std::string lines_;
    int file_ = -1;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>,
                                      boost::asio::io_context::executor_type>
        lag_;
    bool complained_ = false;
};

}  // namespace onsale::http
