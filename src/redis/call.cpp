#include "call.hpp"

#include "command.hpp"
#include "reply_copy.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace onsale::redis {

namespace asio = boost::asio;

namespace {

/// One reply, and a timer that never expires to wake the coroutine that waits for it.
class pending final : public reply_handler {
  public:
    explicit pending(const asio::any_io_executor& executor)
        : wake_{executor, asio::steady_timer::time_point::max()} {}

    void on_reply(const redisReply* answer) override {
        if (answer != nullptr) answer_ = copy_reply(*answer);
        answered_ = true;
        wake_.cancel();
    }

    asio::awaitable<std::optional<reply>> wait() {
        while (!answered_) {
            co_await wake_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
        co_return std::move(answer_);
    }

  private:
    asio::steady_timer wake_;
    std::optional<reply> answer_;
    bool answered_ = false;
};

}  // namespace

asio::awaitable<std::optional<reply>> call(connection& over, word_list command) {
    command_writer written;
    written.begin(command.size());
    for (const auto& word : command) {
        written.add(std::string_view{word});
    }
    pending waiting{co_await asio::this_coro::executor};
    if (!over.send(written.text(), waiting, monotonic::now())) co_return std::nullopt;
    co_return co_await waiting.wait();
}

std::string why_not(const std::optional<reply>& answer) {
    if (!answer) return "no reply";
    if (answer->is == reply::kind::error) return answer->text;
    return "a reply that makes no sense";
}

}  // namespace onsale::redis
