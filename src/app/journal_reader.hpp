#pragma once

#include "onsale/orders/journal_feed.hpp"
#include "onsale/redis/endpoint.hpp"
#include "onsale/redis/session.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The order writer's view of the ledger, over Redis.

namespace onsale::app {

class journal_reader final : public orders::journal_feed {
  public:
    explicit journal_reader(redis::endpoint to) : to_{std::move(to)} {}

    [[nodiscard]] or_complaint<std::vector<std::string>> sales() override;
    [[nodiscard]] or_complaint<std::vector<orders::told_sale>> look(
        const std::vector<orders::sale_position>& held) override;
    [[nodiscard]] or_complaint<std::vector<orders::sale_news>> read(
        const std::vector<orders::sale_position>& from, std::size_t most,
        std::chrono::milliseconds patience) override;
    [[nodiscard]] or_complaint<std::optional<orders::journal_entry>> entry_at(
        const orders::sale_position& place) override;
    [[nodiscard]] or_complaint<orders::hash_piece> scan(const std::string& sale,
                                                        orders::sale_hash which,
                                                        const std::string& cursor) override;
    [[nodiscard]] or_complaint<void> report(const orders::sale_position& ordered, bool all_letters,
                                            const std::vector<std::string>& letters) override;

  private:
    using words = std::vector<std::string>;

    [[nodiscard]] or_complaint<redis::reply> command(const words& sent);
    [[nodiscard]] or_complaint<redis::reply> run(redis::ledger_script which, const words& keys,
                                                 const words& args);
    template <class Conversation>
    or_complaint<redis::reply> ask(Conversation once);
    [[nodiscard]] complaint not_understood() const;

    [[nodiscard]] std::optional<orders::told_sale> to_readable(const std::string& sale,
                                                               std::string_view line);

    redis::endpoint to_;
    std::map<std::string, std::string> unreadable_;  ///< sales of which that was told, and why
    std::optional<redis::session> session_;
};

}  // namespace onsale::app
