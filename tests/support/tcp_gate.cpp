#include "support/tcp_gate.hpp"

#include "support/cable.hpp"
#include "support/tcp_passage.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include <utility>

namespace onsale::test {

namespace asio = boost::asio;

tcp_gate::tcp_gate(const redis::endpoint& behind, speaks language, const cable* reached_by)
    : behind_{behind},
      work_{io_.get_executor()},
      acceptor_{io_},
      state_{std::make_unique<state>()} {
    state_->is_understood = language == speaks::redis;
    if (reached_by == nullptr) {
        listen();
    } else {
        host_ = reached_by->far_address();
        reached_by->at_far_end([this] { listen(); });
    }
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
    result.host = host_;
    result.port = port_.number();
    return result;
}

void tcp_gate::listen() {
    const asio::ip::tcp::endpoint at{asio::ip::make_address(host_), port_.number()};
    acceptor_ = asio::ip::tcp::acceptor{io_, at};
}

void tcp_gate::accept() {
    acceptor_.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket node) {
        if (!error && !state_->refuses) {
            ++state_->traffic.connections;
            auto one = std::make_shared<passage>(std::move(node), *state_);
            state_->passages.push_back(one);
            asio::co_spawn(io_, passage::open(one, behind_), passage::or_end_the_test);
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

void tcp_gate::drop_requests() {
    with_each([](passage& one) { one.drop_requests(); });
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

void tcp_gate::garble_at(std::string text) {
    within([&] { state_->garble_at = std::move(text); });
}

void tcp_gate::cut_replies_after(std::size_t bytes) {
    with_each([&](passage& one) { one.cut_replies_after(bytes); });
}

void tcp_gate::cut_requests_after(std::size_t bytes) {
    with_each([&](passage& one) { one.cut_requests_after(bytes); });
}

void tcp_gate::cut() {
    with_each([](passage& one) { one.close(); });
}

void tcp_gate::reset() {
    with_each([](passage& one) { one.reset(); });
}

void tcp_gate::release() {
    with_each([](passage& one) { one.release(); });
}

void tcp_gate::refuse(bool whoever_comes) {
    within([&] { state_->refuses = whoever_comes; });
}

void tcp_gate::swallow(bool everything) {
    within([&] { state_->swallows = everything; });
}

void tcp_gate::delay(milliseconds requests, milliseconds replies) {
    within([&] {
        state_->faults.requests.delay = requests;
        state_->faults.replies.delay = replies;
    });
}

void tcp_gate::spoil(const gate_faults& what, std::uint64_t seed) {
    within([&] {
        state_->faults = what;
        state_->random.seed(seed);
    });
}

void tcp_gate::hold_back(std::function<condition()> until) {
    within([&] { state_->hold_back = std::move(until); });
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
