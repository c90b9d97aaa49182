#pragma once

#include "connection.hpp"

#include "onsale/redis/session.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace onsale::redis {

using word_list = std::vector<std::string>;

/// A command's words. (GCC 12 cannot compile a braced list within co_await.)
template <class... Word>
[[nodiscard]] word_list command_of(Word&&... word) {
    word_list list;
    (list.emplace_back(std::forward<Word>(word)), ...);
    return list;
}

/// Sends one command and waits for its reply; nothing if the connection is gone. For everything but
/// purchases.
[[nodiscard]] boost::asio::awaitable<std::optional<reply>> call(connection& over,
                                                                word_list command);

/// The error that stands in for a reply that is missing or not of the kind that was expected.
[[nodiscard]] std::string why_not(const std::optional<reply>& answer);

}  // namespace onsale::redis
