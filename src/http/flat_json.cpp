#include "flat_json.hpp"

#include "onsale/core/limits.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <utility>

namespace onsale::http {

namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Hears the parser's events; the first that does not fit ends it.
struct handler {
    static constexpr std::size_t max_object_size = limits::json_fields;
    static constexpr std::size_t max_array_size = 0;
    static constexpr std::size_t max_key_size = limits::body_bytes;
    static constexpr std::size_t max_string_size = limits::body_bytes;

    static bool refuse(error_code& error) {
        error = boost::json::error::syntax;
        return false;
    }
    static std::string_view plain(string_view text) { return {text.data(), text.size()}; }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& error) {
        return std::exchange(is_object, true) ? refuse(error) : true;
    }
    bool on_object_end(std::size_t, error_code&) { return true; }
    bool on_array_begin(error_code& error) { return refuse(error); }
    bool on_array_end(std::size_t, error_code&) { return true; }

    bool on_key_part(string_view part, std::size_t, error_code&) {
        text += plain(part);
        return true;
    }
    bool on_key(string_view part, std::size_t, error_code& error) {
        text += plain(part);
        auto name = std::exchange(text, {});
        const bool is_known = std::any_of(fields.begin(), fields.end(),
                                          [&](const auto& one) { return one.name == name; });
        if (is_known) return refuse(error);
        fields.push_back({std::move(name), {}, {}});
        return true;
    }
    bool on_string_part(string_view part, std::size_t, error_code&) {
        text += plain(part);
        return true;
    }
    bool on_string(string_view part, std::size_t, error_code& error) {
        if (fields.empty()) return refuse(error);
        text += plain(part);
        fields.back().text = std::exchange(text, {});
        return true;
    }
    bool on_number_part(string_view, error_code&) { return true; }
    bool on_int64(std::int64_t value, string_view, error_code& error) {
        if (fields.empty()) return refuse(error);
        fields.back().number = value;
        return true;
    }
    bool on_uint64(std::uint64_t, string_view, error_code& error) { return refuse(error); }
    bool on_double(double, string_view, error_code& error) { return refuse(error); }
    bool on_bool(bool, error_code& error) { return refuse(error); }
    bool on_null(error_code& error) { return refuse(error); }
    bool on_comment_part(string_view, error_code&) { return true; }
    bool on_comment(string_view, error_code&) { return true; }

    bool is_object = false;
    std::string text;  // of the name or value that is being read
    std::vector<json_field> fields;
};

}  // namespace

std::optional<std::vector<json_field>> parse_flat_json(std::string_view body) {
    boost::json::basic_parser<handler> parser{boost::json::parse_options{}};
    error_code error;
    const auto read = parser.write_some(false, body.data(), body.size(), error);
    if (error || read != body.size() || !parser.done() || !parser.handler().is_object) {
        return std::nullopt;
    }
    return std::move(parser.handler().fields);
}

}  // namespace onsale::http
