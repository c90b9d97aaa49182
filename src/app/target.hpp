#pragma once

#include "onsale/core/error.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string>

namespace onsale::app {

/// A server, as the command line names it.
struct target {
    std::string host;  ///< as the Host field says it
    boost::asio::ip::tcp::endpoint address;
};

/// Reads `http://host[:port][/]` and looks the host up. Blocks while it does.
[[nodiscard]] or_complaint<target> parse_target(const std::string& url);

}  // namespace onsale::app
