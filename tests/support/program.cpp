#include "support/program.hpp"

#include "support/child.hpp"
#include "support/node.hpp"
#include "support/temporary_directory.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <sys/resource.h>
#include <utility>

namespace onsale::test {

namespace {

/// The number that stands behind `label`; 0 if that is not there.
std::int64_t number_after(std::string_view text, std::string_view label) {
    const auto at = text.find(label);
    if (at == std::string_view::npos) return 0;
    text.remove_prefix(at + label.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return parse_integer(text.substr(0, text.find_first_not_of("0123456789"))).value_or(0);
}

/// The number that stands before `label`.
std::int64_t number_before(std::string_view text, std::string_view label) {
    text = text.substr(0, text.find(label));
    const auto before = text.find_last_not_of("0123456789");
    return parse_integer(text.substr(before + 1)).value_or(0);
}

program_result run_load(const std::string& program, std::vector<std::string> arguments,
                        const std::string& url) {
    allow_many_connections();
    arguments.insert(arguments.begin(), program);
    arguments.push_back(url);
    auto ended = run_program(arguments);
    if (ended.status != 0) throw std::runtime_error{program + " failed: " + ended.output};
    return ended;
}

}  // namespace

program_result run_program(const std::vector<std::string>& command,
                           std::chrono::milliseconds patience) {
    const temporary_directory directory;
    const auto output = directory.path() / "output";
    child started{command, output};
    const auto status = started.wait(patience);
    if (!status) throw std::runtime_error{command.front() + " does not end: " + text_of(output)};
    return {*status, text_of(output)};
}

load_report run_ab(std::vector<std::string> arguments, const std::string& url) {
    const auto text = run_load("ab", std::move(arguments), url).output;
    return {number_after(text, "Complete requests:"), number_after(text, "Failed requests:"),
            number_after(text, "Non-2xx responses:"), text};
}

load_report run_wrk(std::vector<std::string> arguments, const std::string& url) {
    arguments.insert(arguments.end(), {"--timeout", "10s"});  // an answer that is late is no error
    const auto text = run_load("wrk", std::move(arguments), url).output;
    std::int64_t failed = 0;  // the line is there only if there are any
    for (const auto* kind : {"errors: connect ", ", read ", ", write ", ", timeout "}) {
        failed += number_after(text, kind);
    }
    return {number_before(text, " requests in "), failed,
            number_after(text, "Non-2xx or 3xx responses:"), text};
}

std::string ticket_url(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port) + "/buy/ticket";
}

void allow_many_connections() {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

}  // namespace onsale::test
