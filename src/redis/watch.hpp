#pragma once

#include "command.hpp"
#include "connection.hpp"

#include "onsale/core/sale_book.hpp"
#include "onsale/redis/link.hpp"
#include "onsale/redis/word_line.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

// Keeps words fresh and finds new sales (L12).

namespace onsale::redis {

/// One thread of several; the sales and the book say who is to ask.
class watch {
  public:
    watch(connection& over, sale_book& book, link_status& status) noexcept
        : over_{over}, book_{book}, status_{status} {}

    /// Asks for the words of all sales that are due and that nobody else asks for.
    void poll(time_point now);

    [[nodiscard]] bool claim_discovery(time_point now) { return book_.claim_discovery(now); }

    /// Reads the list of sales and adds those that the node does not know.
    [[nodiscard]] boost::asio::awaitable<void> discover(time_point now);

  private:
    /// One poll of up to `limits::poll_sales` sales; lives until its reply.
    class question;

    void refresh();
    /// What `line` says of a sale; nothing if that cannot be read, which is told once.
    [[nodiscard]] static std::optional<word_line> read(sale_book& book, std::string_view id,
                                                       std::string_view line);
    static void tell_news(sale& about);
    void ask(std::vector<sale*> about, time_point now);
    [[nodiscard]] boost::asio::awaitable<bool> learn(std::vector<std::string> names);

    connection& over_;
    sale_book& book_;
    link_status& status_;
    std::vector<sale*> sales_;
    std::unordered_set<std::string> names_;
    command_writer command_;
};

}  // namespace onsale::redis
