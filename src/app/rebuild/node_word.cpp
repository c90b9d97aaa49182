#include "node_word.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <spdlog/fmt/fmt.h>

namespace onsale::app {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;

using response = http::response<http::string_body>;

/// One request on a connection of its own.
class question {
  public:
    question(const target& node, const std::string& path)
        : node_{node}, request_{http::verb::get, path, 11} {
        request_.set(http::field::host, node.host);
        request_.set(http::field::connection, "close");
    }

    [[nodiscard]] boost::system::result<response> ask() {
        stream_.expires_after(limits::operator_reply);
        stream_.async_connect(node_.address, [this](beast::error_code error) {
            if (!goes_on(error)) return;
            http::async_write(stream_, request_, [this](beast::error_code failed, std::size_t) {
                if (goes_on(failed)) read();
            });
        });
        io_.run();
        if (error_) return error_;
        return std::move(response_);
    }

  private:
    void read() {
        http::async_read(stream_, buffer_, response_,
                         [this](beast::error_code error, std::size_t) { error_ = error; });
    }

    bool goes_on(beast::error_code error) {
        error_ = error;
        return !error;
    }

    const target& node_;
    http::request<http::empty_body> request_;
    boost::asio::io_context io_;
    beast::tcp_stream stream_{io_};
    beast::flat_buffer buffer_{limits::rehearsal_body};
    response response_;
    beast::error_code error_;
};

std::optional<last_heard> read_word(const std::string& body) {
    beast::error_code error;
    const auto value = boost::json::parse(body, error);
    const auto* word = error ? nullptr : value.if_object();
    if (word == nullptr) return std::nullopt;
    bool is_whole = true;
    const auto number = [&](const char* name) {
        const auto* found = word->if_contains(name);
        const auto* count = found == nullptr ? nullptr : found->if_int64();
        is_whole = is_whole && count != nullptr;
        return count == nullptr ? 0 : *count;
    };
    const last_heard heard{
        .at = {number("epoch"), number("version")}, .last = number("last"), .next = number("next")};
    return is_whole ? std::optional{heard} : std::nullopt;
}

}  // namespace

or_failure<std::optional<last_heard>> ask_node(const target& node, const std::string& sale) {
    const auto answer = question{node, "/v1/sales/" + sale}.ask();
    if (!answer) {
        return failure{not_reachable, fmt::format("the node at {} does not answer: {}", node.host,
                                                  answer.error().message())};
    }
    if (answer->result() == http::status::not_found) return std::optional<last_heard>{};
    const auto heard = read_word(answer->body());
    if (answer->result() != http::status::ok || !heard) {
        return failure{not_reachable,
                       fmt::format("{} answers with status {}, not as a node of this onsale does",
                                   node.host, answer->result_int())};
    }
    return heard;
}

}  // namespace onsale::app
