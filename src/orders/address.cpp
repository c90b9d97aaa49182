#include "onsale/orders/address.hpp"

namespace onsale::orders {

namespace {

constexpr std::string_view sqlite_scheme = "sqlite://";
constexpr std::string_view postgresql_scheme = "postgresql://";

/// The URI without its password, and without its parameters: there may be one among them.
std::string shown(std::string_view uri) {
    const auto rest = uri.substr(postgresql_scheme.size());
    const auto at = rest.substr(0, rest.find('/')).rfind('@');
    std::string text{postgresql_scheme};
    if (at == std::string_view::npos) return text.append(rest.substr(0, rest.find('?')));
    const auto user = rest.substr(0, at);
    text += user.substr(0, user.find(':'));
    const auto behind = rest.substr(at);
    return text.append(behind.substr(0, behind.find('?')));
}

}  // namespace

or_complaint<database_address> parse_database(std::string_view url) {
    using kind = database_address::kind;
    if (url.starts_with(sqlite_scheme) && url.size() > sqlite_scheme.size()) {
        const auto path = url.substr(sqlite_scheme.size());
        if (path.find_first_of("\"?") != std::string_view::npos) {
            return complaint{"the order database '" + std::string{url} +
                             "' must be a plain path: no quotes, no parameters"};
        }
        return database_address{kind::sqlite, std::string{path}, std::string{url}};
    }
    if (url.starts_with(postgresql_scheme)) {
        return database_address{kind::postgresql, std::string{url}, shown(url)};
    }
    return complaint{
        "the order database must be given as sqlite://FILE or "
        "postgresql://USER@HOST/DATABASE"};
}

}  // namespace onsale::orders
