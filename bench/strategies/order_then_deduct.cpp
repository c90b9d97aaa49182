#include "shop.hpp"

namespace onsale::bench {

namespace {

class order_then_deduct final : public strategy {
  public:
    order_then_deduct(const test::order_database& orders, const terms& given)
        : shop_{orders, given} {}

    [[nodiscard]] std::string_view name() const noexcept override { return "order-then-deduct"; }

    bool order(std::size_t, std::int64_t buyer) override {
        shop_visit at{shop_};
        auto& sql = at.sql;
        soci::transaction both{sql};
        const auto ticket = take_ticket(sql);
        if (!ticket) return false;
        const long long who = buyer;
        const long long what = *ticket;
        sql << "INSERT INTO shop_orders VALUES (:buyer, :ticket, 'unpaid')", soci::use(who),
            soci::use(what);
        both.commit();
        return true;
    }

    payment_result pay(std::size_t, std::int64_t buyer) override {
        shop_visit at{shop_};
        auto& sql = at.sql;
        const long long who = buyer;
        sql << "UPDATE shop_orders SET state = 'paid' WHERE buyer = :buyer", soci::use(who);
        return payment_result::ticket;
    }

    [[nodiscard]] books read_books() override { return shop_.read_books(); }

  private:
    shop shop_;
};

}  // namespace

std::unique_ptr<strategy> make_order_then_deduct(const test::order_database& orders,
                                                 const terms& given) {
    return std::make_unique<order_then_deduct>(orders, given);
}

}  // namespace onsale::bench
