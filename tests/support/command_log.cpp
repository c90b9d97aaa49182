#include "support/command_log.hpp"

#include "onsale/core/text.hpp"

#include <stdexcept>
#include <utility>

namespace onsale::test {

namespace {

/// Takes `*3` or `$27` off the front; false, and nothing taken, if the line is not all there.
bool take_number(std::string_view& rest, char kind, std::size_t& number) {
    const auto end = rest.find("\r\n");
    if (end == std::string_view::npos) return false;
    const auto read = parse_integer<std::size_t>(rest.substr(1, end - 1));
    if (rest.front() != kind || !read) throw std::runtime_error{"this is no command of a node"};
    number = *read;
    rest.remove_prefix(end + 2);
    return true;
}

}  // namespace

void command_log::add(std::string command) {
    ++count_;
    last_.push_back(std::move(command));
    if (last_.size() > remembered) last_.pop_front();
}

void command_reader::read(std::string_view bytes, command_log& into) {
    unread_ += bytes;
    std::string_view rest = unread_;
    while (take_command(rest, into)) {
    }
    unread_.erase(0, unread_.size() - rest.size());
}

bool command_reader::take_command(std::string_view& rest, command_log& into) {
    if (words_left_ == 0 && !take_number(rest, '*', words_left_)) return false;
    while (words_left_ > 0) {
        if (!take_word(rest)) return false;
    }
    into.add(std::exchange(noted_, {}));
    words_seen_ = 0;
    return true;
}

bool command_reader::take_word(std::string_view& rest) {
    auto after = rest;
    std::size_t length = 0;
    if (!take_number(after, '$', length) || after.size() < length + 2) return false;
    if (words_seen_ < words_noted) {
        noted_ += words_seen_ == 0 ? "" : " ";
        noted_ += after.substr(0, length);
    }
    rest = after.substr(length + 2);
    ++words_seen_;
    --words_left_;
    return true;
}

}  // namespace onsale::test
