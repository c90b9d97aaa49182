#pragma once

#include "support/wire_record.hpp"

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

// A client for tests: what goes over the wire is what the test says, byte for byte.

namespace onsale::test {

struct http_answer {
    unsigned status = 0;
    std::string version;                         ///< `HTTP/1.1`
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;

    /// The value of a header, or empty.
    [[nodiscard]] std::string header(const std::string& name) const;
    /// The body as JSON; throws if it is none.
    [[nodiscard]] boost::json::value json() const;
    /// The text (or number, as text) at a path such as `data.ticket`; empty if there is none.
    [[nodiscard]] std::string at(std::string_view path) const;
};

/// A whole request. `headers` are lines without their ends; Host and, with a body, Content-Length
/// are added.
[[nodiscard]] std::string http_request(std::string_view method, std::string_view target,
                                       const std::vector<std::string>& headers = {},
                                       std::string_view body = {},
                                       std::string_view version = "HTTP/1.1");

/// One connection to 127.0.0.1, blocking. Whatever does not come within its patience is thrown as
/// a sentence, and so is a reset. One thread.
class http_client {
  public:
    using duration = std::chrono::milliseconds;

    explicit http_client(std::uint16_t port, duration patience = std::chrono::seconds{10});
    /// What it is answered is not held against config/openapi.yaml: a proxy's own words.
    void forget_record() noexcept { record_.reset(); }
    ~http_client();
    http_client(http_client&& other) noexcept;
    http_client& operator=(http_client&&) = delete;

    /// All of `bytes`; throws if the other side does not take them.
    void send(std::string_view bytes);
    /// As `send`, but false if the other side has closed or reset the connection.
    [[nodiscard]] bool try_send(std::string_view bytes);

    /// The next answer.
    [[nodiscard]] http_answer receive();
    /// All that comes until the other side is done sending.
    [[nodiscard]] std::string receive_to_end();
    /// Whether the other side closes (or resets) within `patience`; throws away what it sends.
    [[nodiscard]] bool closes_within(duration patience);
    /// Whether something can be read, be it the end, within `patience`.
    [[nodiscard]] bool has_something(duration patience) const;
    /// Nothing more will be sent.
    void finish_sending() const;

    http_answer ask(std::string_view method, std::string_view target,
                    const std::vector<std::string>& headers = {}, std::string_view body = {});
    http_answer get(std::string_view target, const std::vector<std::string>& headers = {}) {
        return ask("GET", target, headers);
    }
    http_answer post(std::string_view target, std::string_view body,
                     const std::vector<std::string>& headers = {}) {
        return ask("POST", target, headers, body);
    }

    [[nodiscard]] int descriptor() const noexcept { return socket_; }

  private:
    [[nodiscard]] ssize_t read(std::string& into);  // as recv()
    [[nodiscard]] bool fill();                      // false: the other side is done sending
    [[nodiscard]] std::string take(std::size_t count);

    int socket_ = -1;
    duration patience_;
    std::string unread_;
    std::unique_ptr<wire_record> record_ = wire_record::begin();
};

/// On a connection of their own.
http_answer get(std::uint16_t port, std::string_view target,
                const std::vector<std::string>& headers = {});
http_answer post(std::uint16_t port, std::string_view target, std::string_view body = {},
                 const std::vector<std::string>& headers = {});

}  // namespace onsale::test
