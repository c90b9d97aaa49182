#include "support/order_writer.hpp"

#include <utility>

namespace onsale::test {

order_writer::order_writer(const redis::endpoint& ledger, std::string database)
    : ledger_{ledger}, database_{std::move(database)} {
    start();
}

void order_writer::start(const std::vector<std::string>& environment) {
    std::vector<std::string> words{"env"};
    words.insert(words.end(), environment.begin(), environment.end());
    words.insert(words.end(), {onsale_binary(), "orders", "--set", "orders.database=" + database_});
    for (const auto& one : settings_for(ledger_))
        words.insert(words.end(), {"--set", one});
    process_.emplace(words, directory_.path() / "orders.log");
}

int order_writer::times_told(const std::string& text) const {
    const auto all = log();
    int times = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1))
        ++times;
    return times;
}

std::optional<int> order_writer::stop(std::chrono::milliseconds patience) {
    process_->send(SIGTERM);
    return process_->wait(patience);
}

}  // namespace onsale::test
