#pragma once

#include "nemesis/history.hpp"
#include "support/http_client.hpp"
#include "support/payment_side.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace onsale::nemesis {

/// Where buyers come to.
struct addresses {
    std::string sale;
    std::vector<std::uint16_t> nodes;
    std::uint16_t nginx = 0;

    [[nodiscard]] std::uint16_t port_of(int route) const {
        return route == by_nginx ? nginx : nodes.at(static_cast<std::size_t>(route));
    }
};

/// Sends one request after the other on kept connections, and notes each with its answer. One
/// thread.
class shop_window {
  public:
    shop_window(const addresses& to, const test::payment_side& payments)
        : to_{to}, payments_{payments} {}

    /// Fills in what was answered; returns a copy of it.
    exchange ask(exchange one);

    [[nodiscard]] history take_history() { return std::move(history_); }

  private:
    [[nodiscard]] test::http_answer send(const exchange& one);
    [[nodiscard]] test::http_client& connection(int route);

    const addresses& to_;
    const test::payment_side& payments_;
    std::map<int, std::unique_ptr<test::http_client>> connections_;
    history history_;
};

}  // namespace onsale::nemesis
