#include "answer.hpp"

#include "../when.hpp"

#include "onsale/core/ids.hpp"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace onsale::app {

namespace {

using boost::json::object;
using boost::json::value;

constexpr std::array<std::string_view, told_kinds> told_names{
    "nothing",  "sold",     "sold_out", "refused",    "wrong",    "busy",
    "in_doubt", "nonsense", "paid",     "refund_due", "cancelled"};

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
    into.pay_by = parse_rfc3339(text_of(from, "pay_by")).value_or(0);
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

/// nullptr: there is not exactly one.
const value* only_ticket(const object& body) {
    const auto* tickets = body.if_contains("tickets");
    const bool one = tickets != nullptr && tickets->is_array() && tickets->get_array().size() == 1;
    return one ? &tickets->get_array().front() : nullptr;
}

void read_v1(answer& into, const object& body, std::string_view sale) {
    into.reason = text_of(body, "code");
    if (into.status == 200 || into.status == 201)
        return take_ticket(into, body, only_ticket(body), sale);
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

void read_done(answer& into, const object& body, std::string_view sale) {
    const auto state = text_of(body, "state");
    if (state == "paid") {
        take_ticket(into, body, only_ticket(body), sale);
        into.replaces = text_of(body, "replaces");
        if (into.what == told::sold) into.what = told::paid;
    } else if (state == "cancelled") {
        into.reservation = text_of(body, "reservation");
        into.what = told::cancelled;
    }
}

/// Asking again would not help: also if a node has no secret, though it says 503.
bool is_hopeless(const answer& got) {
    const bool ours = got.status >= 400 && got.status < 500 && got.what != told::busy;
    return ours || got.reason == "payments_off";
}

void read_undone(answer& into, const object& body) {
    into.reservation = text_of(body, "reservation");
    into.refund = number_of(body.if_contains("refund_due"));
    if (into.status == 202) {
        into.what = told::in_doubt;
    } else if (into.status == 409) {
        into.reason = text_of(body, "state");
        into.what = into.refund > 0 ? told::refund_due : told::refused;
    } else if (is_hopeless(into)) {
        into.what = told::wrong;
    }
}

/// The body, if it is an object; most need no more memory than is here.
class parsed_body {
  public:
    explicit parsed_body(std::string_view text) : value_(parse(text, &resource_)) {}

    [[nodiscard]] const object* get() const noexcept { return value_.if_object(); }

  private:
    static value parse(std::string_view text, boost::json::storage_ptr memory) {
        boost::system::error_code error;
        return boost::json::parse(text, error, std::move(memory));  // null, if it is no JSON
    }

    std::array<unsigned char, 4096> memory_;
    boost::json::monotonic_resource resource_{memory_.data(), memory_.size()};
    value value_;
};

answer begin(int status) {
    answer result;
    result.status = status;
    result.what = is_passing(status) ? told::busy : told::nonsense;
    return result;
}

}  // namespace

std::string_view name_of(told what) noexcept {
    return told_names[static_cast<std::size_t>(what)];
}

bool is_final(told what) noexcept {
    return what == told::sold || what == told::sold_out || what == told::refused ||
           what == told::wrong || what == told::paid || what == told::refund_due ||
           what == told::cancelled;
}

answer read_answer(buying_call call, std::string_view sale, int status, std::string_view body) {
    auto result = begin(status);
    const parsed_body parsed{body};
    if (parsed.get() == nullptr || result.what == told::busy) return result;
    if (call == buying_call::ticket) {
        read_ticket(result, *parsed.get(), sale);
    } else {
        read_v1(result, *parsed.get(), sale);
    }
    return result;
}

answer read_settlement(std::string_view sale, int status, std::string_view body) {
    auto result = begin(status);
    const parsed_body parsed{body};
    if (parsed.get() == nullptr) return result;
    result.reason = text_of(*parsed.get(), "code");
    if (status == 200) {
        read_done(result, *parsed.get(), sale);
    } else {
        read_undone(result, *parsed.get());
    }
    return result;
}

}  // namespace onsale::app
