#include "sabotaged_scripts.hpp"

#include "onsale/core/sabotage.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <string>

// Compiled with ONSALE_SABOTAGE only.

namespace onsale::redis {

namespace {

using sabotage::mutant;

struct replacement {
    mutant bug;
    std::string_view script;
    std::string_view piece;
    std::string_view instead;
};

constexpr std::string_view freezes =
    "    if sale.state ~= 'frozen' then\n        redis.call('HSET', "
    "key, 'state', 'frozen')";
constexpr std::string_view never_freezes =
    "    if false then\n        redis.call('HSET', key, 'state', 'frozen')";

constexpr std::array<replacement, 14> replacements{{
    {mutant::oversell_by_one, "reserve", "if sold + quantity > sale.total then",
     "if sold + quantity > sale.total + 1 then"},
    {mutant::check_then_decrement, "reserve", "if sold + quantity > sale.total then",
     "if false then"},
    {mutant::limit_outside_script, "reserve",
     "if limit > 0 and live[place] + quantity > limit then",
     "if limit > 0 and quantity > limit - tonumber((redis.call('HGET', buyers_key, names[place]) "
     "or "
     "'0:0'):match('^%d+')) then"},
    {mutant::closed_before_return, "settle", "    if state == 'paid' then\n",
     "    if state ~= 'paid' and id:sub(-1) < '2' then\n"
     "        if one.state == 'paid' then sale.paid = sale.paid - one.quantity end\n"
     "    elseif state == 'paid' then\n"},
    {mutant::settle_twice, "settle",
     "        if one.state == 'cancelled' then return 'repeated' end\n"
     "        if one.state ~= 'held' then return 'refused' end\n",
     "        if one.state ~= 'held' and one.state ~= 'cancelled' then return 'refused' end\n"},
    {mutant::settle_twice, "settle", "        one.tickets = ''\n", ""},
    {mutant::settle_twice, "settle", "has(tickets, is_live and quantity or 0)", "true"},
    {mutant::pay_by_ignored, "settle", "if one.state == 'held' and now < one.pay_by then",
     "if one.state == 'held' then"},
    {mutant::trim_by_length, "ordered", "'MINID', '=', sale.ordered", "'MAXLEN', '=', '4'"},
    {mutant::rollback_ignored, "reserve", freezes, never_freezes},
    {mutant::rollback_ignored, "settle", freezes, never_freezes},
    {mutant::rollback_ignored, "adjust", freezes, never_freezes},
    {mutant::rollback_ignored, "read", freezes, never_freezes},
    {mutant::rollback_ignored, "ordered", freezes, never_freezes},
}};

void demand_once(const replacement& one, std::string_view text) {
    const auto first = text.find(one.piece);
    if (first != std::string_view::npos &&
        text.find(one.piece, first + 1) == std::string_view::npos) {
        return;
    }
    std::fprintf(stderr, "onsale: this piece of a mutant is not in %.*s.lua exactly once:\n%.*s\n",
                 static_cast<int>(one.script.size()), one.script.data(),
                 static_cast<int>(one.piece.size()), one.piece.data());
    std::abort();
}

}  // namespace

std::string_view sabotaged(std::string_view script, std::string_view text) {
    static std::deque<std::string> kept;  // scripts live as long as the program
    auto& result = kept.emplace_back(text);
    for (const auto& one : replacements) {
        if (one.script != script) continue;
        demand_once(one, text);
        if (!sabotage::is(one.bug)) continue;
        result.replace(result.find(one.piece), one.piece.size(), one.instead);
    }
    return result;
}

}  // namespace onsale::redis
