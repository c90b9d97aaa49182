#pragma once

#include <string>
#include <string_view>
#include <vector>

// Requests as those send them who do not know the interface, or mean ill, and what they are told.

namespace onsale::test {

/// How the connection goes on after the answer.
enum class then {
    stays,         ///< a good request on it is answered
    ends,          ///< nothing more comes
    refuses_rest,  ///< what follows is taken for a request, refused with 400, and ends it
};

/// What is told of one input: a status, or none.
struct outcome_of_input {
    enum class shape { answer, bare_body, silence };
    unsigned status = 0;
    then connection = then::ends;
    shape is = shape::answer;
};

constexpr outcome_of_input answered(unsigned status) {
    return {status, then::stays};
}
constexpr outcome_of_input refused(unsigned status) {
    return {status, then::ends};
}
constexpr outcome_of_input answered_and_rest_refused(unsigned status) {
    return {status, then::refuses_rest};
}
/// A body without a head, as HTTP/0.9 has it.
inline constexpr outcome_of_input bare_body{.is = outcome_of_input::shape::bare_body};
/// Nothing but the end.
inline constexpr outcome_of_input silence{.is = outcome_of_input::shape::silence};

struct bad_input {
    std::string name;
    std::string bytes;
    outcome_of_input from_node;
    outcome_of_input from_nginx;    ///< its own refusal, or the node's handed on
    bool finishes_sending = false;  ///< the client closes its side behind the bytes
};

/// Reads the word, changes nothing.
[[nodiscard]] std::string get_of(std::string_view target, std::string_view headers = {});
[[nodiscard]] std::string get_with(std::string_view headers);
/// A shop's order with `headers` as they are, and `rest` behind them.
[[nodiscard]] std::string order_with(std::string_view headers, std::string_view rest = {});
[[nodiscard]] std::string order_with_body(std::string_view body, std::string_view headers = {});
/// A purchase without a buyer.
[[nodiscard]] std::string ticket_with(std::string_view headers);

/// Every byte as %XX.
[[nodiscard]] std::string escaped(std::string_view text);
/// As a string of JSON, with its quotation marks.
[[nodiscard]] std::string json_string(std::string_view text);

/// Text that would do something to Redis, SQL or Lua that took it for theirs. All printable ASCII.
[[nodiscard]] const std::vector<std::string>& fragments();
/// The same in the protocol of Redis: with line ends.
inline constexpr std::string_view redis_command = "a\r\n*1\r\n$8\r\nFLUSHALL\r\n";

}  // namespace onsale::test
