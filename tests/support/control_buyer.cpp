#include "support/control_buyer.hpp"

#include "support/http_client.hpp"

#include <chrono>
#include <exception>
#include <set>
#include <stdexcept>
#include <utility>

namespace onsale::test {

control_buyer::control_buyer(std::string sale, std::vector<std::uint16_t> ports)
    : sale_{std::move(sale)}, ports_{std::move(ports)} {}

control_buyer::~control_buyer() {
    static_cast<void>(stop());
}

std::string control_buyer::stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    return failure_;
}

void control_buyer::keep_buying() {
    try {
        buy_until_told();
    } catch (const std::exception& error) {
        failure_ = "purchase " + std::to_string(purchases_ + 1) + ": " + error.what();
    }
}

void control_buyer::buy_until_told() {
    std::vector<http_client> connections;
    connections.reserve(ports_.size());
    for (const auto port : ports_) {
        connections.emplace_back(port);
    }
    std::set<std::string> tickets;
    while (!stopping_) {
        for (auto& one : connections) {
            const auto told = one.get("/buy/ticket?sale=" + sale_);
            const bool is_bought = told.status == 200 && told.at("code") == "1" &&
                                   told.at("data.sale") == sale_ &&
                                   tickets.insert(told.at("data.ticket")).second;
            if (!is_bought) throw std::runtime_error{std::to_string(told.status) + told.body};
            ++purchases_;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});  // the others have their turn
    }
}

}  // namespace onsale::test
