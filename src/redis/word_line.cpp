#include "onsale/redis/word_line.hpp"

#include "onsale/core/text.hpp"

namespace onsale::redis {

namespace {

/// Reads space-separated fields one after the other; remembers whether all were well-formed.
class field_reader {
  public:
    explicit field_reader(std::string_view line) noexcept : rest_{line} {}

    std::string_view text() noexcept {
        const auto field = cut(rest_, ' ');
        if (field.empty()) good_ = false;
        return field;
    }

    std::int64_t number() noexcept {
        const auto value = parse_integer(text());
        if (!value) good_ = false;
        return value.value_or(0);
    }

    /// `EPOCH-VERSION`
    ledger_version version() noexcept {
        auto field = text();
        const auto epoch = parse_integer(cut(field, '-'));
        const auto version = parse_integer(field);
        if (!epoch || !version) good_ = false;
        return {epoch.value_or(0), version.value_or(0)};
    }

    [[nodiscard]] bool good() const noexcept { return good_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool good_ = true;
};

}  // namespace

bool hear(sale& about, const word_line& line, time_point sent) noexcept {
    const bool is_another =
        line.says.state != sale_state::missing && parse_salt(line.salt) != about.salt();
    word says;
    if (is_another) {
        const bool is_frozen = line.says.state == sale_state::frozen;
        says.state = is_frozen ? sale_state::frozen : sale_state::missing;
        says.now = line.says.now;
    } else {
        says = line.says;
    }
    says.sent = sent;
    about.hear(says);
    return !is_another;
}

std::optional<word_line> parse_word_line(std::string_view line) noexcept {
    field_reader read{line};
    word_line result;
    auto& says = result.says;
    says.at.epoch = read.number();
    says.at.version = read.number();
    says.state = parse_state(read.text());
    says.total = read.number();
    says.sold = read.number();
    says.paid = read.number();
    says.last = read.number();
    says.next = read.number();
    result.hold_ms = read.number();
    result.limit = read.number();
    result.price = read.number();
    says.opens = read.number();
    says.now = read.number();
    result.salt = read.text();
    says.ordered = read.version();
    says.due = read.number();
    says.letters = read.number();
    result.withheld = read.number();
    if (!read.good() || says.state == sale_state::unknown) return std::nullopt;
    return result;
}

std::optional<std::string_view> parse_unreadable(std::string_view line) noexcept {
    if (cut(line, ' ') != "unreadable") return std::nullopt;
    return line;
}

}  // namespace onsale::redis
