#include "answer_parser.hpp"

#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <algorithm>

namespace onsale::app {

answer_parser::answer_parser(std::string& body) : body_{body} {
    body_.clear();
    eager(true);
    header_limit(limits::header_bytes);
    body_limit(limits::rehearsal_body);
}

void answer_parser::on_field_impl(field name, text, text value, error_code&) {
    if (name != field::retry_after) return;
    // A date is allowed, too; nodes and Nginx do not send one.
    const auto seconds = parse_integer({value.data(), value.size()}).value_or(0);
    retry_after_ = std::chrono::seconds{std::clamp<std::int64_t>(seconds, 0, 3'600)};
}

std::size_t answer_parser::on_body_impl(text body, error_code&) {
    body_.append(body.data(), body.size());
    return body.size();
}

std::size_t answer_parser::on_chunk_body_impl(std::uint64_t, text body, error_code&) {
    body_.append(body.data(), body.size());
    return body.size();
}

}  // namespace onsale::app
