#include "answer.hpp"

#include "onsale/core/ids.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace onsale::app {

namespace {

using boost::json::object;
using boost::json::value;

constexpr std::array<std::string_view, told_kinds> told_names{
    "nothing", "sold", "sold_out", "refused", "wrong", "busy", "in_doubt", "nonsense"};

std::string text_of(const object& from, std::string_view key) {
    const auto* found = from.if_contains(key);
    if (found == nullptr || !found->is_string()) return {};
    return {found->get_string().data(), found->get_string().size()};
}

std::int64_t number_of(const value* from) {
    return from != nullptr && from->is_int64() ? from->get_int64() : 0;
}

/// An id and a ticket number, or it was no sale.
void take_ticket(answer& into, const object& from, const value* ticket, std::string_view sale) {
    into.reservation = text_of(from, "reservation");
    into.ticket = number_of(ticket);
    const auto name = parse_reservation_id(into.reservation);
    const bool good =
        name && name->sale == sale && into.ticket > 0 && text_of(from, "sale") == sale;
    into.what = good ? told::sold : told::nonsense;
}

/// A proxy's own pages, and limits: not the answer of a node, and worth another try.
bool is_passing(int status) {
    constexpr std::array passing{429, 502, 503, 504};
    return std::find(passing.begin(), passing.end(), status) != passing.end();
}

void read_ticket(answer& into, const object& body, std::string_view sale) {
    const auto* code = body.if_contains("code");
    if (code == nullptr || !code->is_int64()) return;
    const auto* data = body.if_contains("data");
    static const object none;
    const auto& given = data != nullptr && data->is_object() ? data->get_object() : none;
    into.reason = text_of(body, "reason");
    switch (code->get_int64()) {
        case 1:
            return take_ticket(into, given, given.if_contains("ticket"), sale);
        case 0:
            into.reservation = text_of(given, "reservation");
            into.what = told::in_doubt;
            return;
        case -1:
            into.what = told::sold_out;
            return;
        case -2:
            into.what = told::refused;
            return;
        case -3:
            into.what = told::busy;
            return;
        case -4:
            into.what = told::wrong;
            return;
        default:
            return;
    }
}

void read_v1(answer& into, const object& body, std::string_view sale) {
    into.reason = text_of(body, "code");
    if (into.status == 200 || into.status == 201) {
        const auto* tickets = body.if_contains("tickets");
        const bool one =
            tickets != nullptr && tickets->is_array() && tickets->get_array().size() == 1;
        return take_ticket(into, body, one ? &tickets->get_array().front() : nullptr, sale);
    }
    if (into.status == 202) {
        into.reservation = text_of(body, "reservation");
        into.what = told::in_doubt;
    } else if (into.reason == "sold_out") {
        into.what = told::sold_out;
    } else if (into.status == 409 || into.status == 403) {
        into.what = told::refused;
    } else if (into.status >= 400 && into.status < 500) {
        into.what = told::wrong;
    }
}

}  // namespace

std::string_view name_of(told what) noexcept {
    return told_names[static_cast<std::size_t>(what)];
}

bool is_final(told what) noexcept {
    return what == told::sold || what == told::sold_out || what == told::refused ||
           what == told::wrong;
}

answer read_answer(buying_call call, std::string_view sale, int status, std::string_view body) {
    answer result;
    result.status = status;
    result.what = is_passing(status) ? told::busy : told::nonsense;
    std::array<unsigned char, 4096> memory;
    boost::json::monotonic_resource resource{memory.data(), memory.size()};
    boost::system::error_code error;
    const auto parsed = boost::json::parse(body, error, &resource);
    if (error || !parsed.is_object() || result.what == told::busy) return result;
    if (call == buying_call::ticket) {
        read_ticket(result, parsed.get_object(), sale);
    } else {
        read_v1(result, parsed.get_object(), sale);
    }
    return result;
}

}  // namespace onsale::app
