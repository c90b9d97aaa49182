#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include <chrono>
#include <string>
#include <string_view>

// An HTTP answer, of which only what a buyer looks at is kept.

namespace onsale::app {

class answer_parser final : public boost::beast::http::basic_parser<false> {
  public:
    /// `body` is emptied and filled: the caller keeps its memory from answer to answer.
    explicit answer_parser(std::string& body);

    [[nodiscard]] int status() const noexcept { return status_; }

    /// What `Retry-After` asks for; zero: nothing.
    [[nodiscard]] std::chrono::seconds retry_after() const noexcept { return retry_after_; }

  private:
    using field = boost::beast::http::field;
    using text = boost::beast::string_view;
    using error_code = boost::beast::error_code;

    void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
    void on_response_impl(int code, text, int, error_code&) override { status_ = code; }
    void on_field_impl(field name, text, text value, error_code&) override;
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(text body, error_code&) override;
    void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, text body, error_code&) override;
    void on_finish_impl(error_code&) override {}

    std::string& body_;
    int status_ = 0;
    std::chrono::seconds retry_after_{};
};

}  // namespace onsale::app
