#include "request_parser.hpp"

#include "onsale/core/limits.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <array>

namespace onsale::http {

namespace beast = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

std::string_view plain(string_view text) noexcept {
    return {text.data(), text.size()};
}

/// What a host and a port may be made of (RFC 3986).
constexpr auto host_bytes = [] {
    std::array<bool, 256> may{};
    for (unsigned char c = '!'; c <= '~'; ++c) {
        may[c] = std::string_view{"\"#/<>?@\\^`{|}"}.find(static_cast<char>(c)) ==
                 std::string_view::npos;
    }
    return may;
}();

/// Beast's parser, keeping only what a node uses, as views into the bytes.
class header_parser final : public beast::basic_parser<true> {
  public:
    header_parser(std::string_view bytes, request& into) noexcept : bytes_{bytes}, into_{into} {
        header_limit(limits::header_bytes);
        body_limit(limits::body_bytes);
        eager(true);
    }

    [[nodiscard]] unsigned status() const noexcept { return status_; }
    [[nodiscard]] bool is_1_0() const noexcept { return version_ == 10; }
    [[nodiscard]] bool wants_continue() const noexcept { return wants_continue_ && version_ > 10; }

    /// What only the whole header can tell. 0: nothing is wrong.
    [[nodiscard]] unsigned check() const noexcept {
        if (version_ != 10 && version_ != 11) return 505;
        if (version_ == 11 && hosts_ != 1) return 400;
        const bool body_meant = into_.has_content_type && !into_.has_length;
        return into_.verb == method::post && body_meant ? 411 : 0;
    }

  private:
    void refuse(unsigned status, error_code& error) noexcept {
        status_ = status;
        error = beast::error::bad_value;
    }

    void on_request_impl(beast::verb verb, string_view, string_view target, int version,
                         error_code& error) override {
        version_ = version;
        into_.verb = verb == beast::verb::get       ? method::get
                     : verb == beast::verb::head    ? method::head
                     : verb == beast::verb::post    ? method::post
                     : verb == beast::verb::delete_ ? method::erase
                                                    : method::other;
        auto rest = plain(target);
        constexpr std::string_view scheme = "http://";
        if (boost::beast::iequals(target.substr(0, scheme.size()), scheme)) {  // absolute form
            rest.remove_prefix(scheme.size());
            const auto host = rest.substr(0, rest.find_first_of("/?"));
            if (host.empty() || !is_host(host)) return refuse(400, error);
            rest.remove_prefix(host.size());
            if (!rest.starts_with('/')) rest = "/";
        }
        if (!rest.starts_with('/')) return refuse(400, error);
        const auto question = rest.find('?');
        into_.path = rest.substr(0, question);
        into_.query = question == std::string_view::npos ? "" : rest.substr(question + 1);
    }

    void on_field_impl(beast::field name, string_view name_text, string_view value,
                       error_code& error) override {
        if (name == beast::field::transfer_encoding) return refuse(501, error);
        if (is_folded(name_text)) return refuse(400, error);
        switch (name) {
            case beast::field::content_length:
                return on_length(value, error);
            case beast::field::content_type:
                into_.has_content_type = true;
                return;
            case beast::field::host:
                ++hosts_;
                return is_host(value) ? void() : refuse(400, error);
            case beast::field::expect:
                wants_continue_ = true;
                return;
            case beast::field::unknown:
                break;
            default:
                return;
        }
        if (boost::beast::iequals(name_text, "Idempotency-Key")) {
            keep(into_.idempotency_key, value, error);
        } else if (boost::beast::iequals(name_text, "X-Request-ID")) {
            keep(into_.request_id, value, error);
        } else if (boost::beast::iequals(name_text, "X-Onsale-Signature")) {
            keep(into_.signature, value, error);
        } else if (boost::beast::iequals(name_text, "X-Onsale-Timestamp")) {
            keep(into_.timestamp, value, error);
        }
    }

    /// Beast lets equal duplicates and lists pass; a node does not.
    void on_length(string_view value, error_code& error) noexcept {
        const bool digits = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
            return c >= '0' && c <= '9';
        });
        if (!digits || into_.has_length) return refuse(400, error);
        into_.has_length = true;
    }

    /// A second key, or an empty one.
    void keep(std::string_view& field, string_view value, error_code& error) noexcept {
        if (!field.empty() || value.empty()) return refuse(400, error);
        field = plain(value);
    }

    /// Over several lines, as RFC 9112 forbids: the next one begins with a blank.
    [[nodiscard]] bool is_folded(string_view name) const noexcept {
        const auto rest = bytes_.substr(static_cast<std::size_t>(name.data() - bytes_.data()));
        const auto next = rest.substr(std::min(rest.find('\n') + 1, rest.size()));
        return next.starts_with(' ') || next.starts_with('\t');
    }

    /// Not what a host and a port are made of is refused, as by Nginx.
    static bool is_host(string_view value) noexcept {
        return std::all_of(value.begin(), value.end(),
                           [](char c) { return host_bytes[static_cast<unsigned char>(c)]; });
    }

    std::size_t on_body_impl(string_view body, error_code&) override {
        into_.body = plain(body);
        return body.size();
    }

    void on_header_impl(error_code&) override {}
    void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
    void on_finish_impl(error_code&) override {}
    void on_response_impl(int, string_view, int, error_code&) override {}
    void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, string_view body, error_code&) override {
        return body.size();
    }

    std::string_view bytes_;
    request& into_;
    unsigned status_ = 0;
    int version_ = 0;
    int hosts_ = 0;
    bool wants_continue_ = false;
};

unsigned status_of(error_code error) {
    if (error == beast::error::header_limit) return 431;
    if (error == beast::error::body_limit) return 413;
    if (error == beast::error::bad_version) return 505;
    if (error == beast::error::bad_transfer_encoding) return 501;  // behind a Content-Length
    return 400;
}

}  // namespace

parsed parse_request(std::string_view bytes, request& into) {
    into = {};
    header_parser parser{bytes, into};
    error_code error;
    const auto consumed = parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
    if (error && error != beast::error::need_more) {
        return {progress::refused, 0, parser.status() != 0 ? parser.status() : status_of(error)};
    }
    if (!parser.is_header_done()) return {};
    if (const auto status = parser.check(); status != 0) return {progress::refused, 0, status};
    if (!parser.is_done()) return {progress::need_body, 0, 0, parser.wants_continue()};
    into.keep_alive = parser.keep_alive();
    into.http_1_0 = parser.is_1_0();
    return {progress::complete, consumed};
}

}  // namespace onsale::http
