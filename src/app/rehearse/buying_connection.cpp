#include "buying_connection.hpp"

#include "sources.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <cstring>
#include <netinet/in.h>

namespace onsale::app {

namespace asio = boost::asio;
namespace http = boost::beast::http;

namespace {

/// Nearly every answer fits at once; thousands of connections each have such a buffer.
constexpr std::size_t first_buffer = 1'024;

constexpr auto answers = asio::as_tuple(asio::use_awaitable_t<buying_connection::executor>{});

}  // namespace

buying_connection::buying_connection(crowd& among, asio::io_context& io, std::size_t number)
    : among_{among},
      socket_{io.get_executor()},
      rest_{io.get_executor()},
      target_{number},
      chance_{static_cast<std::minstd_rand::result_type>(number + 1)},
      buffer_(first_buffer) {}

const target& buying_connection::to() const {
    const auto& targets = among_.plan().targets;
    return targets[target_ % targets.size()];
}

void buying_connection::sweep(time_point now) {
    if (now < deadline_) return;
    late_ = true;
    deadline_ = time_point::max();
    disconnect();
}

void buying_connection::wake() {
    rest_.cancel();
}

void buying_connection::stop() {
    disconnect();
    rest_.cancel();
}

void buying_connection::disconnect() {
    boost::system::error_code ignored;
    socket_.close(ignored);  // whatever it was doing ends with an error
    connected_ = false;
}

/// Why there is no answer: the deadline and the end of the run show as errors of the socket.
std::string_view buying_connection::trouble(std::string_view otherwise) const {
    if (late_) return "no answer in time";
    return among_.is_over() ? "the rehearsal was over" : otherwise;
}

buying_connection::task<void> buying_connection::run() {
    while (!among_.is_over()) {
        if (const auto payer = among_.next_late_payer(); payer >= 0) {
            co_await ask(payer, request_kind::payment, monotonic::now());
        } else if (const auto next = among_.next_buyer()) {
            co_await serve(*next);
        } else if (among_.expects_somebody()) {
            co_await idle();
        } else {
            break;
        }
    }
    disconnect();
}

buying_connection::task<void> buying_connection::serve(arrival next) {
    const auto buyer = next.buyer;
    co_await ask(buyer, request_kind::purchase, next.due);
    const auto& answers_so_far = among_.answers();
    if (answers_so_far.story(buyer).what != told::sold) co_return;
    const auto now = [] { return monotonic::now(); };
    switch (course_of(among_.plan().courses, buyer)) {
        case course::abandon:
            break;
        case course::pay:
            co_await ask(buyer, request_kind::payment, now());
            break;
        case course::pay_late:
            among_.remember_late_payer(buyer, answers_so_far.winner(buyer).pay_by);
            break;
        case course::cancel:
            co_await ask(buyer, request_kind::cancellation, now());
            break;
        case course::repeat:
            co_await ask(buyer, request_kind::purchase, now());
            co_await ask(buyer, request_kind::payment, now());
            co_await ask(buyer, request_kind::payment, now());
            break;
    }
}

/// The sweep closes it if that takes long: the server need not hold it, and would not for ever.
buying_connection::task<void> buying_connection::idle() {
    deadline_ = monotonic::now() + limits::rehearsal_idle;
    rest_.expires_at(time_point::max());
    among_.rest(*this);
    co_await rest_.async_wait(answers);
    deadline_ = time_point::max();
}

buying_connection::task<void> buying_connection::ask(std::int64_t buyer, request_kind what,
                                                     time_point due) {
    if (among_.is_over()) co_return;
    for (std::uint32_t attempts = 1;; ++attempts) {
        const auto last = co_await attempt(buyer, what, due);
        among_.answers().add(last);
        if (!asks_again(last, attempts)) co_return;
        co_await rest(last.got, attempts);
        if (among_.is_over()) co_return;
        due = monotonic::now();
    }
}

bool buying_connection::asks_again(const attempt_record& last, std::uint32_t attempts) const {
    if (among_.is_over()) return false;
    const auto& got = last.got;
    if (got.what == told::refused && got.reason == "not_open")
        return among_.plan().wait_for_opening;
    // A sale that the ledger has just opened; a node that still does not know it is at fault.
    if (got.reason == "no_sale") return attempts < limits::rehearsal_new_sale;
    if (attempts >= limits::rehearsal_attempts) return false;
    return !is_final(got.what) && got.what != told::nonsense;
}

void buying_connection::write(std::int64_t buyer, request_kind what) {
    const auto& plan = among_.plan();
    const auto& told_so_far = among_.answers();
    switch (what) {
        case request_kind::purchase:
            return write_request(request_, plan, to(), buyer);
        case request_kind::payment:
            return write_payment(request_, plan, to(), buyer, told_so_far.winner(buyer).reservation,
                                 wall_clock() / 1'000);
        case request_kind::cancellation:
            return write_cancellation(request_, plan, to(), told_so_far.winner(buyer).reservation);
    }
}

answer buying_connection::read(request_kind what, int status) const {
    const auto& plan = among_.plan();
    return what == request_kind::purchase ? read_answer(plan.call, plan.sale, status, body_)
                                          : read_settlement(plan.sale, status, body_);
}

buying_connection::task<attempt_record> buying_connection::attempt(std::int64_t buyer,
                                                                   request_kind what,
                                                                   time_point due) {
    attempt_record record;
    record.buyer = buyer;
    record.asked = what;
    record.due = due;
    record.sent = monotonic::now();
    retry_after_ = {};
    late_ = false;
    deadline_ = record.sent + limits::rehearsal_reply;
    record.trouble = co_await exchange(buyer, what, record);
    deadline_ = time_point::max();
    record.answered = monotonic::now();
    if (!record.trouble.empty()) {
        disconnect();
        ++target_;  // the next attempt goes elsewhere, if there is an elsewhere
    }
    co_return record;
}

buying_connection::task<std::string_view> buying_connection::exchange(std::int64_t buyer,
                                                                      request_kind what,
                                                                      attempt_record& record) {
    if (!connected_) {
        if (const auto trouble = co_await connect(); !trouble.empty()) co_return trouble;
        record.sent = monotonic::now();
    }
    write(buyer, what);
    if (const auto trouble = co_await send(); !trouble.empty()) co_return trouble;
    answer_parser parser{body_};
    if (const auto trouble = co_await receive(parser); !trouble.empty()) co_return trouble;
    record.got = read(what, parser.status());
    retry_after_ = parser.retry_after();
    if (among_.plan().one_shot || !parser.keep_alive()) disconnect();
    co_return std::string_view{};
}

boost::system::error_code buying_connection::bind_source() {
    boost::system::error_code error;
    const auto chosen = among_.next_source();
    if (!chosen) return error;
    // The port is chosen when it connects: then it need only be free towards that server.
    using late_port = asio::detail::socket_option::boolean<IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT>;
    socket_.open(asio::ip::tcp::v4(), error);
    if (!error) socket_.set_option(late_port{true}, error);
    if (!error) socket_.bind({*chosen, 0}, error);
    return error;
}

buying_connection::task<std::string_view> buying_connection::connect() {
    filled_ = 0;
    if (bind_source()) co_return "no address to connect from";
    const auto [error] = co_await socket_.async_connect(to().address, answers);
    if (error == boost::system::errc::address_not_available)
        co_return trouble("no local port was free");
    if (error) co_return trouble("could not connect");
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    // The first write goes out at once; there is another one only on a kept connection.
    if (!among_.plan().one_shot) socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    connected_ = true;
    co_return std::string_view{};
}

buying_connection::task<std::string_view> buying_connection::send() {
    boost::system::error_code error;
    // Nearly always all of it fits, and no operation has to be started.
    const auto sent = socket_.write_some(asio::buffer(request_), error);
    if (!error && sent == request_.size()) co_return std::string_view{};
    if (error && error != asio::error::would_block) co_return trouble("the connection broke");
    const auto rest = asio::buffer(request_) + (error ? 0 : sent);
    const auto [failed, written] = co_await asio::async_write(socket_, rest, answers);
    co_return failed ? trouble("the connection broke") : std::string_view{};
}

buying_connection::task<std::string_view> buying_connection::receive(answer_parser& parser) {
    for (;;) {
        if (filled_ == limits::header_bytes) co_return trouble("the answer's header is too long");
        if (filled_ == buffer_.size())
            buffer_.resize(std::min<std::size_t>(2 * filled_, limits::header_bytes));
        const auto [error, size] =
            co_await socket_.async_read_some(asio::buffer(buffer_) + filled_, answers);
        boost::system::error_code parsed;
        if (error) {
            if (error == asio::error::eof && parser.got_some()) parser.put_eof(parsed);
            if (parser.is_done() && !parsed) co_return std::string_view{};
            co_return trouble("the connection broke");
        }
        filled_ += size;
        const auto used = parser.put(asio::buffer(buffer_.data(), filled_), parsed);
        std::memmove(buffer_.data(), buffer_.data() + used, filled_ - used);
        filled_ -= used;
        if (parsed && parsed != http::error::need_more) co_return trouble("no HTTP answer");
        // Nothing was asked yet that more bytes could answer.
        if (parser.is_done()) co_return filled_ == 0 ? "" : trouble("more bytes than one answer");
    }
}

/// Before the next attempt: what the server asks for, else longer from time to time; and never all
/// in the same instant.
buying_connection::task<void> buying_connection::rest(const answer& got, std::uint32_t attempts) {
    auto time = std::min<std::chrono::milliseconds>(retry_after_, limits::rehearsal_rest_asked);
    if (time.count() == 0) {
        const auto doubled = got.what == told::refused ? 0U : std::min(attempts - 1, 6U);
        time =
            std::min(limits::rehearsal_rest_first * (1U << doubled), limits::rehearsal_rest_most);
    }
    const auto most = static_cast<std::minstd_rand::result_type>(time.count() / 4 + 1);
    rest_.expires_after(time + std::chrono::milliseconds{chance_() % most});
    co_await rest_.async_wait(answers);
}

}  // namespace onsale::app
