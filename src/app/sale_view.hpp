#pragma once

#include "onsale/redis/word_line.hpp"

#include <boost/json/object.hpp>

#include <string>

// How a sale looks, to people and to programs.

namespace onsale::app {

/// The object of `sale status --json`.
[[nodiscard]] boost::json::object sale_object(const std::string& sale,
                                              const redis::word_line& line);

/// Some lines for a person.
[[nodiscard]] std::string sale_text(const std::string& sale, const redis::word_line& line);

/// One line of `sale list`; without a sale the heading.
[[nodiscard]] std::string sale_row(const std::string& sale, const redis::word_line* line);

/// What a refusal of lua/open.lua or lua/adjust.lua means, and what to do; empty: it is none.
[[nodiscard]] std::string refusal_sentence(const std::string& verdict, const std::string& sale,
                                           const redis::word_line& line);

}  // namespace onsale::app
