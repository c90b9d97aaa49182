#include "target.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace onsale::app {

or_complaint<target> parse_target(const std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->scheme() != "http" || parsed->host().empty() ||
        (!parsed->path().empty() && parsed->path() != "/") || parsed->has_query()) {
        return complaint{"'" + url + "' is no address; write http://host:port"};
    }
    const std::string port = parsed->has_port() ? std::string{parsed->port()} : "80";
    boost::asio::io_context io;
    boost::asio::ip::tcp::resolver resolver{io};
    boost::system::error_code error;
    const auto found = resolver.resolve(parsed->host_address(), port, error);
    if (error || found.empty()) {
        return complaint{"there is no host '" + std::string{parsed->host()} + "'"};
    }
    return target{std::string{parsed->encoded_host_and_port()}, found.begin()->endpoint()};
}

}  // namespace onsale::app
