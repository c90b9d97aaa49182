#include "nemesis/busy_operator.hpp"

#include "support/node.hpp"
#include "support/program.hpp"

#include "onsale/core/reservation.hpp"
#include "onsale/redis/keys.hpp"
#include "onsale/redis/session.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace onsale::nemesis {

namespace {

using namespace std::chrono_literals;

constexpr int ok = 0;
/// Each of them is up to ten seconds of attempts: longer than any fault.
constexpr int most_attempts = 20;

test::program_result onsale(std::vector<std::string> words, const redis::endpoint& ledger) {
    words.insert(words.begin(), test::onsale_binary());
    words.insert(words.end(), {"--redis", ledger.to_string(), "--json"});
    return test::run_program(words);
}

}  // namespace

busy_operator::busy_operator(redis::endpoint ledger, std::string sale, std::uint64_t seed)
    : ledger_{std::move(ledger)}, sale_{std::move(sale)}, random_{seed}, thread_{[this] {
          run();
      }} {}

busy_operator::~busy_operator() {
    finish();
}

void busy_operator::finish() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
}

void busy_operator::run() {
    while (!over_) {
        rest(700ms);
        if (!over_) do_something();
    }
}

void busy_operator::rest(std::chrono::milliseconds time) const {
    const auto end = std::chrono::steady_clock::now() + time;
    while (!over_ && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(20ms);
}

/// By its own operation id the command repeats itself until it is answered, or says that the ledger
/// is away.
int busy_operator::change(const std::string& what, std::int64_t by) {
    std::vector<std::string> words{"sale", what, sale_};
    if (by > 0) words.insert(words.end(), {"--by", std::to_string(by)});
    return onsale(words, ledger_).status;
}

void busy_operator::do_something() {
    const auto status = onsale({"sale", "status", sale_}, ledger_);
    if (status.status != ok) return;
    // What it says while it waits for the ledger comes before the object.
    const auto object =
        status.output.substr(std::min(status.output.find('{'), status.output.size()));
    boost::system::error_code wrong;
    const auto parsed = boost::json::parse(object, wrong);
    if (wrong || !parsed.is_object()) return;
    const auto& says = parsed.get_object();
    const auto number = [&](const char* name) { return says.at(name).as_int64(); };
    const auto free_again = number("total") - number("paid");
    const auto what = random_() % 12;
    // What is paid is gone: enough is left that buyers come and go, and not so much that it lasts.
    if (free_again < 120) {
        change("restock", 60 + static_cast<std::int64_t>(random_() % 60));
    } else if (what == 0 && number("remaining") > 5) {
        change("withdraw", 1 + static_cast<std::int64_t>(random_() % 5));
    } else if (what == 1) {
        if (change("pause") == ok) rest(300ms);
        for (int i = 0; i < most_attempts && change("resume") != ok; ++i)
            std::this_thread::sleep_for(100ms);
    } else if (what <= 4) {
        refund_somebody();
    }
}

/// Of some taken by chance, the first that is paid.
void busy_operator::refund_somebody() {
    auto session = redis::session::connect(ledger_, 1s);
    if (!session) return;
    const auto some = session->command(
        {"HRANDFIELD", redis::sale_key(sale_, "reservations"), "20", "WITHVALUES"});
    if (!some) return;
    for (std::size_t i = 0; i + 1 < some->list.size(); i += 2) {
        const auto record = parse_record(some->list[i].text, some->list[i + 1].text);
        if (!record || record->state != reservation_state::paid) continue;
        const auto id = sale_ + "." + some->list[i].text;
        if (onsale({"reservation", "refund", id}, ledger_).status == ok && random_() % 2 == 0)
            onsale({"reservation", "refund-done", id}, ledger_);
        return;
    }
}

}  // namespace onsale::nemesis
