#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Reading and writing the plain lines that scripts and nodes exchange, without allocating.

namespace onsale {

/// Cuts the part before `separator` off the front of `text`; all of it if there is none.
inline std::string_view cut(std::string_view& text, char separator) noexcept {
    const auto end = text.find(separator);
    const auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

/// The whole of `text` as a decimal number that fits, else nothing.
template <class Integer = std::int64_t>
[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text) noexcept {
    Integer value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

inline void append_number(std::string& text, std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    text.append(digits, static_cast<std::size_t>(end - digits));
}

}  // namespace onsale
