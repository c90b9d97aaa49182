#pragma once

#include <string>
#include <string_view>

// The names of the ledger's keys (L1). All keys of a sale share one hash tag.

namespace onsale::redis {

inline constexpr std::string_view sales_key = "onsale:sales";

/// `onsale:{SALE}`, or `onsale:{SALE}:PART`; parts: reservations, buyers, due, free, refunds,
/// journal, letters; and while a rebuild writes (L28), draft and draft:PART.
inline void append_sale_key(std::string& to, std::string_view sale, std::string_view part = {}) {
    to += "onsale:{";
    to += sale;
    to += '}';
    if (part.empty()) return;
    to += ':';
    to += part;
}

[[nodiscard]] inline std::string sale_key(std::string_view sale, std::string_view part = {}) {
    std::string key;
    append_sale_key(key, sale, part);
    return key;
}

}  // namespace onsale::redis
