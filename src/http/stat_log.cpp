#include "stat_log.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace onsale::http {

stat_log::stat_log(const std::string& path) : path_{path} {
    if (path_.empty()) return;
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file_ >= 0) writer_ = std::thread{[this] { keep_writing(); }};
}

stat_log::~stat_log() {
    if (file_ < 0) return;
    {
        const std::lock_guard lock{mutex_};
        ends_ = true;
    }
    changed_.notify_one();
    writer_.join();
    ::close(file_);
}

void stat_log::add(bool sold, std::int64_t local_sales) {
    if (file_ < 0) return;
    const std::lock_guard lock{mutex_};
    if (lines_.size() >= limits::stat_log_bytes) return complain("is slower than the buyers");
    if (lines_.empty()) changed_.notify_one();
    lines_ += sold ? "result:1,localSales:" : "result:0,localSales:";
    append_number(lines_, local_sales);
    lines_ += '\n';
}

void stat_log::keep_writing() {
    std::string taken;
    std::unique_lock lock{mutex_};
    for (;;) {
        changed_.wait(lock, [this] { return ends_ || !lines_.empty(); });
        if (lines_.empty()) return;
        changed_.wait_for(lock, limits::stat_log_lag, [this] { return ends_; });  // for more
        taken.swap(lines_);
        lock.unlock();
        write(taken);
        taken.clear();
        lock.lock();
    }
}

void stat_log::write(const std::string& lines) {
    std::size_t written = 0;
    while (written < lines.size()) {
        const auto count = ::write(file_, lines.data() + written, lines.size() - written);
        if (count >= 0) {
            written += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            const int error = errno;
            const std::lock_guard lock{mutex_};
            return complain(std::strerror(error));
        }
    }
}

/// The sale goes on; the lines are lost.
void stat_log::complain(const char* why) {
    if (std::exchange(complained_, true)) return;
    spdlog::error("the stat log {} cannot be written: {}; lines are lost", path_, why);
}

}  // namespace onsale::http
