#include "poll_set.hpp"

#include "onsale/core/assert.hpp"

namespace onsale::http {

namespace asio = boost::asio;

poll_set::poll_set(asio::io_context& io, poll_handler& handler)
    : epoll_{io, ::epoll_create1(EPOLL_CLOEXEC)}, handler_{handler} {}

bool poll_set::add(int descriptor, std::uint64_t tag) noexcept {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = tag;
    return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void poll_set::start() {
    epoll_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this](boost::system::error_code error) {
                          if (error) return;
                          report();
                          start();  // reports at once if more is ready than one turn takes
                      });
}

void poll_set::report() {
    const int count = ::epoll_wait(epoll_.native_handle(), events_.data(), events_per_turn, 0);
    for (int i = 0; i < count; ++i) {
        const auto& event = events_[static_cast<std::size_t>(i)];
        const bool hung_up = (event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
        handler_.on_ready(event.data.u64, hung_up || (event.events & EPOLLIN) != 0, hung_up);
    }
}

}  // namespace onsale::http
