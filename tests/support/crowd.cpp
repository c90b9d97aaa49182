#include "support/crowd.hpp"

#include "support/http_client.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <utility>

namespace onsale::test {

namespace {

constexpr std::chrono::milliseconds before_next_try{25};

std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string text_at(const boost::json::object& body, const char* name) {
    const auto* value = body.if_contains(name);
    return value != nullptr && value->is_string() ? std::string{value->get_string()}
                                                  : std::string{};
}

told parse(const http_answer& answer) {
    told result{.status = answer.status};
    const auto document = answer.json();
    const auto& body = document.as_object();
    result.code = text_at(body, "code");
    result.reservation = text_at(body, "reservation");
    result.buyer = text_at(body, "buyer");
    if (const auto* tickets = body.if_contains("tickets")) {
        for (const auto& number : tickets->as_array()) {
            result.tickets.push_back(number.as_int64());
        }
    }
    return result;
}

bool is_settled(const told& answer) {
    return answer.is_yes() || answer.is_no();
}

/// Connections to some nodes, made when they are needed.
class purse {
  public:
    told buy_at(std::uint16_t port, const std::string& sale, const std::string& name) {
        const auto asked = now_ms();
        told answer;
        try {
            auto& client = clients_[port];
            if (!client) client.emplace(port);
            answer = buy(*client, sale, name);
        } catch (const std::runtime_error&) {
        }
        if (answer.status == 0) clients_.erase(port);
        answer.asked_ms = asked;
        answer.told_ms = now_ms();
        return answer;
    }

  private:
    std::map<std::uint16_t, std::optional<http_client>> clients_;
};

}  // namespace

told buy(http_client& over, const std::string& sale, const std::string& name) {
    try {
        return parse(over.post("/v1/sales/" + sale + "/reservations",
                               R"({"buyer":")" + name + R"(","quantity":1})",
                               {"Idempotency-Key: key-of-" + name}));
    } catch (const std::runtime_error&) {
        return {};
    }
}

crowd::crowd(options chosen) : options_{std::move(chosen)} {
    for (int i = 0; i < options_.buyers; ++i) {
        buyers_.push_back({options_.prefix + "-" + std::to_string(i)});
    }
}

crowd::~crowd() {
    stop();
    join();
}

void crowd::start() {
    for (int i = 0; i < options_.connections; ++i) {
        threads_.emplace_back([this, i] { come_and_buy(static_cast<std::size_t>(i)); });
    }
}

void crowd::join() {
    for (auto& one : threads_) {
        one.join();
    }
    threads_.clear();
}

void crowd::come_and_buy(std::size_t connection) {
    purse connections;
    auto turn = connection;
    while (!over_) {
        const auto number = next_.fetch_add(1);
        if (number >= options_.buyers) return;
        auto& one = buyers_[static_cast<std::size_t>(number)];
        for (int i = 0; i < options_.tries; ++i) {
            if (i > 0) std::this_thread::sleep_for(before_next_try);
            const auto port = options_.ports[turn++ % options_.ports.size()];
            one.answers.push_back(connections.buy_at(port, options_.sale, one.name));
            if (is_settled(one.answers.back())) break;
        }
        std::this_thread::sleep_for(options_.pause);
    }
}

int crowd::size() const noexcept {
    return std::min(next_.load(), options_.buyers);
}

int crowd::count(unsigned status, const std::string& code) const {
    int result = 0;
    for (const auto& one : buyers_) {
        for (const auto& answer : one.answers) {
            result += answer.status == status && (code.empty() || answer.code == code) ? 1 : 0;
        }
    }
    return result;
}

std::chrono::milliseconds crowd::slowest() const {
    std::int64_t most = 0;
    for (const auto& one : buyers_) {
        for (const auto& answer : one.answers) {
            most = std::max(most, answer.told_ms - answer.asked_ms);
        }
    }
    return std::chrono::milliseconds{most};
}

}  // namespace onsale::test
