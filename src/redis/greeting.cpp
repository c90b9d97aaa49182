#include "greeting.hpp"

#include "call.hpp"
#include "command.hpp"
#include "scripts.hpp"

#include "onsale/core/text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <utility>

namespace onsale::redis {

namespace asio = boost::asio;

namespace {

/// Runs a command that must be answered with `expected`.
asio::awaitable<or_complaint<reply>> must(connection& over, word_list command,
                                          reply::kind expected) {
    const std::string name = command.front() + " " + (command.size() > 1 ? command[1] : "");
    auto answer = co_await call(over, std::move(command));
    if (!answer || answer->is != expected) {
        co_return complaint{name + ": " + why_not(answer)};
    }
    co_return std::move(*answer);
}

/// The value of `field:` in what INFO says.
std::string info_field(std::string_view info, std::string_view field) {
    while (!info.empty()) {
        auto line = cut(info, '\n');
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (cut(line, ':') == field) return std::string{line};
    }
    return {};
}

asio::awaitable<or_complaint<int>> log_in(connection& over, endpoint as) {
    if (!as.password.empty()) {
        auto login = command_of("AUTH");
        if (!as.user.empty()) login.push_back(as.user);
        login.push_back(as.password);
        const auto in = co_await call(over, std::move(login));
        if (!in || in->is != reply::kind::text) co_return complaint{"AUTH: " + why_not(in)};
    }
    if (as.database != 0) {
        const auto selected = co_await must(over, command_of("SELECT", std::to_string(as.database)),
                                            reply::kind::text);
        if (!selected) co_return selected.error();
    }
    co_return 0;
}

}  // namespace

asio::awaitable<or_complaint<identity>> greet(connection& over, endpoint as) {
    const auto in = co_await log_in(over, std::move(as));
    if (!in) co_return in.error();
    identity us;
    const auto client = co_await must(over, command_of("CLIENT", "ID"), reply::kind::integer);
    if (!client) co_return client.error();
    us.client = client->integer;
    const auto info = co_await must(over, command_of("INFO", "server"), reply::kind::text);
    if (!info) co_return info.error();
    us.run = info_field(info->text, "run_id");
    const auto version = info_field(info->text, "redis_version");
    if (parse_integer(std::string_view{version}.substr(0, version.find('.'))).value_or(0) < 7) {
        co_return complaint{"this is Redis " + version + "; onsale needs 7 or later"};
    }
    for (const auto* one : all_scripts()) {
        const auto loaded =
            co_await must(over, command_of("SCRIPT", "LOAD", one->text), reply::kind::text);
        if (!loaded) co_return loaded.error();
        if (loaded->text != one->sha) co_return complaint{"SCRIPT LOAD: another script came back"};
    }
    co_return us;
}

asio::awaitable<or_complaint<int>> fence(connection& over, identity us, std::vector<identity> old) {
    int killed = 0;
    for (const auto& one : old) {
        if (one.run != us.run) continue;  // died with its Redis
        const auto answer =
            co_await must(over, command_of("CLIENT", "KILL", "ID", std::to_string(one.client)),
                          reply::kind::integer);
        if (!answer) co_return answer.error();
        ++killed;
    }
    co_return killed;
}

asio::awaitable<or_complaint<int>> check_rights(connection& over) {
    const auto ask = command_of("EVALSHA", rights_script().sha, "0");
    auto told = co_await call(over, ask);
    if (told && told->text.starts_with("NOSCRIPT")) {
        load_scripts_again(over);
        told = co_await call(over, ask);
    }
    if (!told || told->is != reply::kind::text) {
        co_return complaint{"the check of our user's rights: " + why_not(told)};
    }
    if (told->text.empty()) co_return 0;
    co_return complaint{
        "our user may not give these commands on the keys onsale:*, which a sale "
        "takes: " +
        told->text + " (see ACL SETUSER)"};
}

asio::awaitable<or_complaint<int>> check_durability(connection& over, durability wanted) {
    if (wanted == durability::none) co_return 0;
    const auto answer =
        co_await must(over,
                      command_of("CONFIG", "GET", "appendonly", "appendfsync", "maxmemory-policy",
                                 "no-appendfsync-on-rewrite", "aof-load-truncated"),
                      reply::kind::list);
    if (!answer) co_return answer.error();
    std::map<std::string, std::string> is;
    for (std::size_t i = 0; i + 1 < answer->list.size(); i += 2) {
        is[answer->list[i].text] = answer->list[i + 1].text;
    }
    const auto need = [&](const std::string& key, const std::string& value) {
        return complaint{"the ledger has " + key + " " + is[key] + ", it must be " + value +
                         " (or set redis.durability)"};
    };
    const bool always = wanted == durability::always;
    if (is["appendonly"] != "yes") co_return need("appendonly", "yes");
    if (is["appendfsync"] != "always" && (always || is["appendfsync"] != "everysec")) {
        co_return need("appendfsync", always ? "always" : "everysec");
    }
    // Else half of a transaction that a loss of power tore is done at a later start.
    if (is["aof-load-truncated"] != "no") co_return need("aof-load-truncated", "no");
    if (is["maxmemory-policy"] != "noeviction") co_return need("maxmemory-policy", "noeviction");
    if (always && is["no-appendfsync-on-rewrite"] != "no") {
        co_return need("no-appendfsync-on-rewrite", "no");
    }
    co_return 0;
}

asio::awaitable<or_complaint<rewrites>> ask_rewrites(connection& over) {
    const auto info = co_await must(
        over, command_of("INFO", "server", "persistence", "commandstats"), reply::kind::text);
    if (!info) co_return info.error();
    const auto number = [&](std::string_view field) {
        return parse_integer(info_field(info->text, field)).value_or(0);
    };
    const auto calls_of = [&](const std::string& command) {
        const auto stats = info_field(info->text, "cmdstat_" + command);  // calls=2,usec=18,…
        std::string_view rest = stats;
        return cut(rest, '=') == "calls" ? parse_integer(cut(rest, ',')).value_or(0) : 0;
    };
    rewrites told{.run = info_field(info->text, "run_id")};
    told.begun = number("aof_rewrites");
    told.config_sets = calls_of("config|set");
    told.config_resets = calls_of("config|resetstat");
    told.infos = calls_of("info");
    told.is_waiting = number("aof_rewrite_scheduled") != 0;
    told.is_running = number("aof_rewrite_in_progress") != 0;
    co_return told;
}

or_complaint<int> append_only_file::believe(const rewrites& now) {
    const bool counted_on = now.run == whole_at_.run &&
                            now.config_resets == whole_at_.config_resets &&
                            now.infos > whole_at_.infos;
    const bool is_same = counted_on && now.config_sets == whole_at_.config_sets;
    const bool is_older = counted_on && now.begun == whole_at_.begun && !now.is_waiting;
    if ((now.is_running || now.is_waiting) && !is_same && !is_older) {
        return complaint{
            "the ledger's append-only file may be only a part of it until its rewrite is done"};
    }
    whole_at_ = now;
    return 0;
}

asio::awaitable<or_complaint<ledger_memory>> ask_memory(connection& over) {
    const auto info = co_await must(over, command_of("INFO", "memory"), reply::kind::text);
    if (!info) co_return info.error();
    const auto used = parse_integer(info_field(info->text, "used_memory"));
    if (!used || *used <= 0) co_return complaint{"INFO memory: no used_memory in it"};
    const auto limit = parse_integer(info_field(info->text, "maxmemory")).value_or(0);
    co_return ledger_memory{*used, std::max<std::int64_t>(limit, 0)};
}

void load_scripts_again(connection& over) {
    struct deaf final : reply_handler {
        void on_reply(const redisReply*) override {}
    };
    static deaf nobody;
    command_writer command;
    for (const auto* one : all_scripts()) {
        command.begin(3);
        command.add("SCRIPT");
        command.add("LOAD");
        command.add(one->text);
        if (!over.send(command.text(), nobody, monotonic::now())) return;
    }
    spdlog::warn("the ledger had lost its scripts; they were loaded again");
}

}  // namespace onsale::redis
