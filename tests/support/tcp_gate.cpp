#include "support/tcp_gate.hpp"

#include "support/command_log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace onsale::test {

namespace asio = boost::asio;

namespace {

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

asio::generic::stream_protocol::endpoint address_of(const redis::endpoint& to) {
    if (!to.socket.empty()) return asio::local::stream_protocol::endpoint{to.socket};
    return asio::ip::tcp::endpoint{asio::ip::make_address(to.host), to.port};
}

}  // namespace

struct tcp_gate::state {
    std::list<std::weak_ptr<passage>> passages;
    command_log log;
    gate_traffic traffic;
    milliseconds request_delay{0};
    milliseconds reply_delay{0};
    std::string stall_at;  // empty: nowhere
    std::string drop_at;
    int drops = 0;
    bool refuses = false;
};

/// One node's connection and its other half to Redis. Lives as long as either of its directions.
class tcp_gate::passage : public std::enable_shared_from_this<passage> {
  public:
    passage(asio::ip::tcp::socket node, state& shared)
        : shared_{shared},
          node_{std::move(node)},
          redis_{node_.get_executor()},
          changed_{node_.get_executor(), asio::steady_timer::time_point::max()} {}

    static asio::awaitable<void> open(std::shared_ptr<passage> self, redis::endpoint to) {
        const auto [error] = co_await self->redis_.async_connect(address_of(to), as_tuple);
        if (error) co_return self->close();
        const auto executor = self->node_.get_executor();
        asio::co_spawn(executor, carry_requests(self), asio::detached);
        asio::co_spawn(executor, carry_replies(self), asio::detached);
    }

    void stall() { stalled_ = true; }
    void drop_replies() { replies_pass_ = false; }
    void cut_replies_after(std::size_t bytes) { replies_left_ = bytes; }

    void release() {
        stalled_ = false;
        changed_.cancel();
    }

    void close() {
        boost::system::error_code ignored;
        node_.close(ignored);
        redis_.close(ignored);
        release();
    }

    [[nodiscard]] bool keeps(std::string_view text) const {
        return stalled_ && kept_.find(text) != std::string::npos;
    }

  private:
    using piece = std::array<char, 16 * 1024>;

    static asio::awaitable<void> carry_requests(std::shared_ptr<passage> self) {
        piece bytes;
        for (;;) {
            const auto [error, count] =
                co_await self->node_.async_read_some(asio::buffer(bytes), as_tuple);
            self->kept_.assign(bytes.data(), count);
            self->shared_.traffic.request_bytes += static_cast<std::int64_t>(count);
            self->commands_.read(self->kept_, self->shared_.log);
            self->meet_its_fate();
            co_await self->hold_up(self->shared_.request_delay);
            if (error) break;
            const auto [lost, written] =
                co_await asio::async_write(self->redis_, asio::buffer(self->kept_), as_tuple);
            if (lost) break;
        }
        self->close();
    }

    static asio::awaitable<void> carry_replies(std::shared_ptr<passage> self) {
        piece bytes;
        for (;;) {
            const auto [error, count] =
                co_await self->redis_.async_read_some(asio::buffer(bytes), as_tuple);
            self->shared_.traffic.reply_bytes += static_cast<std::int64_t>(count);
            co_await self->hold_up(self->shared_.reply_delay);
            if (error) break;
            if (!self->replies_pass_) continue;
            const auto passing = std::min(count, self->replies_left_);
            const auto [lost, written] = co_await asio::async_write(
                self->node_, asio::buffer(bytes.data(), passing), as_tuple);
            if (self->replies_left_ != no_limit) self->replies_left_ -= passing;
            if (lost || self->replies_left_ == 0) break;
        }
        self->close();
    }

    void meet_its_fate() {
        if (!shared_.stall_at.empty() && kept_.find(shared_.stall_at) != std::string::npos) {
            shared_.stall_at.clear();
            stall();
        }
        if (shared_.drops > 0 && kept_.find(shared_.drop_at) != std::string::npos) {
            --shared_.drops;
            drop_replies();
        }
    }

    asio::awaitable<void> hold_up(milliseconds delay) {
        if (delay.count() > 0) {
            asio::steady_timer timer{node_.get_executor(), delay};
            co_await timer.async_wait(as_tuple);
        }
        while (stalled_) {
            co_await changed_.async_wait(as_tuple);
        }
    }

    state& shared_;
    asio::ip::tcp::socket node_;
    asio::generic::stream_protocol::socket redis_;
    asio::steady_timer changed_;  // never expires; cancelled to wake who waits
    std::string kept_;            // the last piece of requests
    command_reader commands_;
    std::size_t replies_left_ = no_limit;
    bool stalled_ = false;
    bool replies_pass_ = true;
};

tcp_gate::tcp_gate(const redis::endpoint& behind)
    : behind_{behind},
      work_{io_.get_executor()},
      acceptor_{io_, {asio::ip::address_v4::loopback(), port_.number()}},
      state_{std::make_unique<state>()} {
    accept();
    thread_ = std::thread{[this] { io_.run(); }};
}

tcp_gate::~tcp_gate() {
    io_.stop();
    thread_.join();
}

redis::endpoint tcp_gate::endpoint() const {
    auto result = behind_;
    result.socket = {};
    result.host = "127.0.0.1";
    result.port = port_.number();
    return result;
}

void tcp_gate::accept() {
    acceptor_.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket node) {
        if (!error && !state_->refuses) {
            ++state_->traffic.connections;
            auto one = std::make_shared<passage>(std::move(node), *state_);
            state_->passages.push_back(one);
            asio::co_spawn(io_, passage::open(one, behind_), asio::detached);
        }
        accept();
    });
}

void tcp_gate::within(const std::function<void()>& act) {
    asio::post(io_, asio::use_future(act)).get();
}

void tcp_gate::with_each(const std::function<void(passage&)>& act) {
    within([&] {
        state_->passages.remove_if([](const auto& one) { return one.expired(); });
        for (const auto& one : state_->passages) {
            if (const auto alive = one.lock()) act(*alive);
        }
    });
}

void tcp_gate::stall() {
    with_each([](passage& one) { one.stall(); });
}

void tcp_gate::drop_replies() {
    with_each([](passage& one) { one.drop_replies(); });
}

void tcp_gate::stall_at(std::string text) {
    within([&] { state_->stall_at = std::move(text); });
}

void tcp_gate::drop_replies_at(std::string text, int connections) {
    within([&] {
        state_->drop_at = std::move(text);
        state_->drops = connections;
    });
}

void tcp_gate::cut_replies_after(std::size_t bytes) {
    with_each([&](passage& one) { one.cut_replies_after(bytes); });
}

void tcp_gate::cut() {
    with_each([](passage& one) { one.close(); });
}

void tcp_gate::release() {
    with_each([](passage& one) { one.release(); });
}

void tcp_gate::refuse(bool whoever_comes) {
    within([&] { state_->refuses = whoever_comes; });
}

void tcp_gate::delay(milliseconds requests, milliseconds replies) {
    within([&] {
        state_->request_delay = requests;
        state_->reply_delay = replies;
    });
}

bool tcp_gate::keeps(std::string_view text) {
    bool found = false;
    with_each([&](const passage& one) { found = found || one.keeps(text); });
    return found;
}

gate_traffic tcp_gate::traffic() {
    gate_traffic seen;
    within([&] {
        seen = state_->traffic;
        seen.commands = state_->log.count();
    });
    return seen;
}

std::vector<std::string> tcp_gate::commands() {
    std::vector<std::string> seen;
    within([&] { seen = state_->log.all(); });
    return seen;
}

}  // namespace onsale::test
