#pragma once

#include "onsale/core/text.hpp"
#include "onsale/redis/keys.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace onsale::redis {

/// Writes commands in Redis's protocol into texts that are kept and reused, so that a batch costs
/// no allocation once they have grown.
class command_writer {
  public:
    /// Begins a command of `words` words; each is then added once.
    void begin(std::size_t words) {
        text_.clear();
        text_ += '*';
        append_number(text_, static_cast<std::int64_t>(words));
        text_ += "\r\n";
    }

    void add(std::string_view word) {
        text_ += '$';
        append_number(text_, static_cast<std::int64_t>(word.size()));
        text_ += "\r\n";
        text_ += word;
        text_ += "\r\n";
    }

    void add(std::int64_t number) {
        char digits[24];
        const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
        add(std::string_view{digits, static_cast<std::size_t>(end - digits)});
    }

    void add_key(std::string_view sale, std::string_view part = {}) {
        key_.clear();
        append_sale_key(key_, sale, part);
        add(key_);
    }

    [[nodiscard]] std::string_view text() const noexcept { return text_; }

  private:
    std::string text_;
    std::string key_;  // the last one
};

}  // namespace onsale::redis
