#include "stat_log.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <spdlog/spdlog.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace onsale::http {

stat_log::stat_log(boost::asio::io_context& io, const std::string& path) : path_{path}, lag_{io} {
    if (!path_.empty())
        file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

stat_log::~stat_log() {
    flush();
    if (file_ >= 0) ::close(file_);
}

void stat_log::add(bool sold, std::int64_t local_sales) {
    if (file_ < 0) return;
    if (lines_.empty()) {
        lag_.expires_after(limits::stat_log_lag);
        lag_.async_wait([this](boost::system::error_code error) {
            if (!error) flush();
        });
    }
    lines_ += sold ? "result:1,localSales:" : "result:0,localSales:";
    append_number(lines_, local_sales);
    lines_ += '\n';
    if (lines_.size() >= limits::stat_log_bytes) flush();
}

void stat_log::flush() {
    if (lines_.empty()) return;
    std::size_t written = 0;
    while (written < lines_.size()) {
        const auto count = ::write(file_, lines_.data() + written, lines_.size() - written);
        if (count < 0) {
            if (errno == EINTR) continue;
            if (!complained_) {
                spdlog::error("the stat log {} cannot be written: {}", path_, std::strerror(errno));
            }
            complained_ = true;
            break;  // the sale goes on; these lines are lost
        }
        written += static_cast<std::size_t>(count);
    }
    lines_.clear();
}

}  // namespace onsale::http
