#include "onsale/redis/endpoint.hpp"

#include "onsale/core/text.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <optional>

namespace onsale::redis {

namespace {

complaint wrong(std::string_view url) {
    return {"'" + std::string{url} +
            "' is no Redis address; write unix:///path/redis.sock or redis://host:6379/0"};
}

/// A database number, or nothing.
std::optional<int> parse_database(std::string_view text) {
    const auto number = parse_integer<int>(text);
    return number && *number >= 0 ? number : std::nullopt;
}

or_complaint<endpoint> unix_endpoint(const boost::urls::url_view& url, std::string_view text) {
    endpoint result;
    result.socket = url.path();
    // unix://run/redis.sock would be /redis.sock on a host named run.
    if (result.socket.empty() || !url.host().empty()) return wrong(text);
    for (const auto& parameter : url.params()) {
        const auto number = parse_database(parameter.value);
        if (parameter.key != "db" || !number) return wrong(text);
        result.database = *number;
    }
    return result;
}

or_complaint<endpoint> tcp_endpoint(const boost::urls::url_view& url, std::string_view text) {
    endpoint result;
    if (url.has_query()) return wrong(text);
    if (!url.host().empty()) result.host = url.host_address();
    if (url.has_port()) {
        if (url.port_number() == 0) return wrong(text);
        result.port = url.port_number();
    }
    result.user = url.user();
    result.password = url.password();
    std::string path = url.path();
    if (path.size() > 1) {
        const auto number = parse_database(std::string_view{path}.substr(1));
        if (!number) return wrong(text);
        result.database = *number;
    }
    return result;
}

}  // namespace

std::string endpoint::to_string() const {
    if (!socket.empty()) {
        return "unix://" + socket + (database != 0 ? "?db=" + std::to_string(database) : "");
    }
    return "redis://" + host + ":" + std::to_string(port) + "/" + std::to_string(database);
}

or_complaint<endpoint> parse_endpoint(std::string_view url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || parsed->has_fragment()) return wrong(url);
    const std::string scheme = parsed->scheme();
    if (scheme == "unix") return unix_endpoint(*parsed, url);
    if (scheme == "redis") return tcp_endpoint(*parsed, url);
    return wrong(url);
}

}  // namespace onsale::redis
