#include "onsale/redis/session.hpp"

#include "reply_copy.hpp"
#include "scripts.hpp"

#include <hiredis/hiredis.h>

#include <cstddef>
#include <sys/time.h>
#include <utility>

namespace onsale::redis {

struct session::context {
    struct release {
        void operator()(redisContext* one) const noexcept { redisFree(one); }
    };
    std::unique_ptr<redisContext, release> redis;
    std::string name;
};

namespace {

timeval to_timeval(std::chrono::milliseconds time) {
    const auto count = time.count();
    return {.tv_sec = count / 1000, .tv_usec = count % 1000 * 1000};
}

const script& find_script(ledger_script which) {
    switch (which) {
        case ledger_script::open:
            return open_script();
        case ledger_script::reserve:
            return reserve_script();
        case ledger_script::settle:
            return settle_script();
        case ledger_script::adjust:
            return adjust_script();
        case ledger_script::read:
            return read_script();
        case ledger_script::ordered:
            return ordered_script();
        case ledger_script::rebuild:
            return rebuild_script();
    }
    std::abort();
}

/// The error of a command that has to succeed before the session is any use.
outcome_or_silence<session> refused(const std::string& name, const std::string& why) {
    return silence{"the ledger at " + name + " refused us: " + why, false};
}

}  // namespace

session::session(std::unique_ptr<context> connected) noexcept : context_{std::move(connected)} {}
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;
session::~session() = default;

outcome_or_silence<session> session::connect(const endpoint& to,
                                             std::chrono::milliseconds patience) {
    const auto time = to_timeval(patience);
    auto made = std::make_unique<context>();
    made->name = to.to_string();
    made->redis.reset(to.socket.empty() ? redisConnectWithTimeout(to.host.c_str(), to.port, time)
                                        : redisConnectUnixWithTimeout(to.socket.c_str(), time));
    if (made->redis == nullptr || made->redis->err != 0) {
        const std::string why = made->redis == nullptr ? "out of memory" : made->redis->errstr;
        return silence{"no ledger at " + made->name + ": " + why, false};
    }
    redisSetTimeout(made->redis.get(), time);
    session result{std::move(made)};
    if (!to.password.empty()) {
        std::vector<std::string> words{"AUTH"};
        if (!to.user.empty()) words.push_back(to.user);
        words.push_back(to.password);
        auto answer = result.command(words);
        if (!answer) return answer.error();
        if (answer->is == reply::kind::error) return refused(to.to_string(), answer->text);
    }
    if (to.database != 0) {
        auto answer = result.command({"SELECT", std::to_string(to.database)});
        if (!answer) return answer.error();
        if (answer->is == reply::kind::error) return refused(to.to_string(), answer->text);
    }
    return result;
}

outcome_or_silence<reply> session::command(arguments words) {
    std::vector<const char*> texts;
    std::vector<std::size_t> sizes;
    for (const auto& word : words) {
        texts.push_back(word.data());
        sizes.push_back(word.size());
    }
    auto* redis = context_->redis.get();
    const std::unique_ptr<redisReply, void (*)(void*)> answer{
        static_cast<redisReply*>(
            redisCommandArgv(redis, static_cast<int>(texts.size()), texts.data(), sizes.data())),
        &freeReplyObject};
    if (answer == nullptr) {
        return silence{"the ledger at " + context_->name + " fell silent: " + redis->errstr, true};
    }
    return copy_reply(*answer);
}

outcome_or_silence<reply> session::run(ledger_script which, arguments keys, arguments args) {
    const auto& wanted = find_script(which);
    std::vector<std::string> words{"EVALSHA", wanted.sha, std::to_string(keys.size())};
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), args.begin(), args.end());
    auto answer = command(words);
    if (answer && answer->is == reply::kind::error && answer->text.starts_with("NOSCRIPT")) {
        words[0] = "EVAL";
        words[1] = std::string{wanted.text};
        answer = command(words);
    }
    return answer;
}

}  // namespace onsale::redis
