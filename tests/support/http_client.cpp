#include "support/http_client.hpp"

#include "onsale/core/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace onsale::test {

namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error{what + " (" + std::strerror(errno) + ")"};
}

bool is_ready(int descriptor, short what, http_client::duration patience) {
    pollfd one{descriptor, what, 0};
    return poll(&one, 1, static_cast<int>(patience.count())) > 0;
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string_view cut_line(std::string_view& text) {
    auto line = cut(text, '\n');
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

http_answer parse_head(std::string_view head) {
    http_answer answer;
    auto status = cut_line(head);
    answer.version = cut(status, ' ');
    answer.status = parse_integer<unsigned>(cut(status, ' ')).value_or(0);
    while (!head.empty()) {
        auto value = cut_line(head);
        const auto name = cut(value, ':');
        while (value.starts_with(' ')) {
            value.remove_prefix(1);
        }
        auto& kept = answer.headers[lower(name)];
        kept += kept.empty() ? "" : ", ";
        kept += value;
    }
    return answer;
}

}  // namespace

std::string http_answer::header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string{} : found->second;
}

boost::json::value http_answer::json() const {
    return boost::json::parse(body);
}

std::string http_answer::at(std::string_view path) const {
    auto found = json();
    while (!path.empty()) {
        const auto* object = found.if_object();
        const auto name = cut(path, '.');
        const auto* next =
            object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
        if (next == nullptr) return {};
        found = boost::json::value(*next);  // braces would make it an array
    }
    return found.is_string() ? std::string{found.get_string()} : boost::json::serialize(found);
}

std::string http_request(std::string_view method, std::string_view target,
                         const std::vector<std::string>& headers, std::string_view body,
                         std::string_view version) {
    std::string text{method};
    text.append(" ").append(target).append(" ").append(version).append("\r\n");
    text += "Host: onsale\r\n";
    for (const auto& line : headers) {
        text += line + "\r\n";
    }
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    return text.append(body);
}

http_client::http_client(std::uint16_t port, duration patience) : patience_{patience} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("no socket is left");
    const int on = 1;
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // each send is a segment
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int why = errno;
        close(socket_);
        errno = why;
        fail("cannot connect to port " + std::to_string(port));
    }
}

http_client::~http_client() {
    if (socket_ >= 0) close(socket_);
}

http_client::http_client(http_client&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)},
      patience_{other.patience_},
      unread_{std::move(other.unread_)},
      record_{std::move(other.record_)} {}

void http_client::send(std::string_view bytes) {
    if (!try_send(bytes)) fail("the other side does not take what is sent");
}

bool http_client::try_send(std::string_view bytes) {
    while (!bytes.empty()) {
        if (!is_ready(socket_, POLLOUT, patience_)) return false;
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN) return false;
        const auto taken = bytes.substr(0, count < 0 ? 0 : static_cast<std::size_t>(count));
        if (record_) record_->add_sent(taken);
        bytes.remove_prefix(taken.size());
    }
    return true;
}

ssize_t http_client::read(std::string& into) {
    std::array<char, 16 * 1024> bytes{};
    const auto count = recv(socket_, bytes.data(), bytes.size(), 0);
    if (count <= 0) return count;
    const std::string_view got{bytes.data(), static_cast<std::size_t>(count)};
    if (record_) record_->add_received(got);
    into += got;
    return count;
}

bool http_client::fill() {
    if (!is_ready(socket_, POLLIN, patience_)) throw std::runtime_error{"no answer came in time"};
    const auto count = read(unread_);
    if (count < 0) fail("the connection broke");
    return count > 0;
}

std::string http_client::take(std::size_t count) {
    while (unread_.size() < count) {
        if (!fill()) throw std::runtime_error{"the connection ended inside an answer: " + unread_};
    }
    auto part = unread_.substr(0, count);
    unread_.erase(0, count);
    return part;
}

http_answer http_client::receive() {
    constexpr std::string_view end = "\r\n\r\n";
    while (unread_.find(end) == std::string::npos) {
        if (!fill()) throw std::runtime_error{"the connection ended without an answer: " + unread_};
    }
    auto answer = parse_head(take(unread_.find(end) + 2));
    static_cast<void>(take(2));
    const auto length = answer.header("content-length");
    if (!length.empty()) answer.body = take(parse_integer<std::size_t>(length).value());
    return answer;
}

std::string http_client::receive_to_end() {
    while (fill()) {
    }
    return std::exchange(unread_, {});
}

bool http_client::closes_within(duration patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (auto left = patience; left.count() > 0;) {
        if (!is_ready(socket_, POLLIN, left)) return false;
        std::string thrown_away;
        if (read(thrown_away) <= 0) return true;
        left = std::chrono::duration_cast<duration>(end - std::chrono::steady_clock::now());
    }
    return false;
}

bool http_client::has_something(duration patience) const {
    return !unread_.empty() || is_ready(socket_, POLLIN, patience);
}

void http_client::finish_sending() const {
    shutdown(socket_, SHUT_WR);
}

http_answer http_client::ask(std::string_view method, std::string_view target,
                             const std::vector<std::string>& headers, std::string_view body) {
    send(http_request(method, target, headers, body));
    return receive();
}

http_answer get(std::uint16_t port, std::string_view target,
                const std::vector<std::string>& headers) {
    return http_client{port}.get(target, headers);
}

http_answer post(std::uint16_t port, std::string_view target, std::string_view body,
                 const std::vector<std::string>& headers) {
    return http_client{port}.post(target, body, headers);
}

}  // namespace onsale::test
