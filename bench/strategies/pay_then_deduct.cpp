#include "shop.hpp"

namespace onsale::bench {

namespace {

class pay_then_deduct final : public strategy {
  public:
    pay_then_deduct(const test::order_database& orders, const terms& given)
        : shop_{orders, given} {}

    [[nodiscard]] std::string_view name() const noexcept override { return "pay-then-deduct"; }

    bool order(std::size_t, std::int64_t buyer) override {
        shop_visit at{shop_};
        auto& sql = at.sql;
        const long long who = buyer;
        soci::statement insert = (sql.prepare << "INSERT INTO shop_orders"
                                                 " SELECT CAST(:buyer AS BIGINT), NULL, 'unpaid'"
                                                 " FROM shop_stock WHERE next <= total",
                                  soci::use(who));
        insert.execute(true);
        return insert.get_affected_rows() == 1;
    }

    payment_result pay(std::size_t, std::int64_t buyer) override {
        shop_visit at{shop_};
        auto& sql = at.sql;
        soci::transaction both{sql};
        const auto ticket = take_ticket(sql);
        const long long who = buyer;
        if (ticket) {
            const long long what = *ticket;
            sql << "UPDATE shop_orders SET state = 'paid', ticket = :ticket WHERE buyer = :buyer",
                soci::use(what), soci::use(who);
        } else {
            sql << "UPDATE shop_orders SET state = 'in vain' WHERE buyer = :buyer", soci::use(who);
        }
        both.commit();
        return ticket ? payment_result::ticket : payment_result::nothing;
    }

    [[nodiscard]] books read_books() override { return shop_.read_books(); }

  private:
    shop shop_;
};

}  // namespace

std::unique_ptr<strategy> make_pay_then_deduct(const test::order_database& orders,
                                               const terms& given) {
    return std::make_unique<pay_then_deduct>(orders, given);
}

}  // namespace onsale::bench
