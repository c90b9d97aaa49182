#include "orders/order_test.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <map>

namespace onsale::test {

namespace {

using rows_by_id = std::map<std::string, std::string>;

/// Each row as one text. An ended order has its numbers still, the record has not: they are left
/// out.
rows_by_id read_rows(const order_database& orders, const std::string& sale) {
    const auto number = [](const std::string& name) { return "CAST(" + name + " AS TEXT)"; };
    rows_by_id rows;
    for (const auto& line : orders.column(
             "SELECT reservation || '|' || state || '|' || " + number("quantity") +
             " || '|' || CASE WHEN state IN ('held', 'paid') THEN tickets ELSE '' END || '|' || " +
             number("reserved_ms") + " || '|' || " + number("pay_by_ms") + " || '|' || " +
             number("settled_ms") + " || '|' || payment || '|' || " + number("refund_due") +
             " || '|' || " + number("epoch") + " || '-' || " + number("version") +
             " || '|' || buyer FROM orders WHERE sale = '" + sale + "'")) {
        std::string_view rest{line};
        const std::string id{cut(rest, '|')};
        rows[id] = std::string{rest};
    }
    return rows;
}

/// The same of each record.
rows_by_id read_records(ledger_client& ledger) {
    rows_by_id records;
    const auto all = ledger.command({"HGETALL", ledger.key("reservations")});
    for (std::size_t i = 0; i + 1 < all.list.size(); i += 2) {
        const auto one = parse_record(all.list[i].text, all.list[i + 1].text).value();
        auto& text = records[ledger.sale() + "." + all.list[i].text];
        text.append(name_of(one.state)) += '|';
        text += std::to_string(one.quantity) + '|';
        text.append(one.tickets) += '|';
        text += std::to_string(one.reserved) + '|' + std::to_string(one.pay_by) + '|' +
                std::to_string(one.settled) + '|';
        text.append(one.payment) += '|';
        text += std::to_string(one.refund_due) + '|' + std::to_string(one.written.epoch) + '-' +
                std::to_string(one.written.version) + '|';
        text.append(one.buyer);
    }
    return records;
}

}  // namespace

std::string differences(ledger_client& ledger, const order_database& orders) {
    const auto records = read_records(ledger);
    const auto rows = read_rows(orders, ledger.sale());
    std::string text;
    for (const auto& [id, record] : records) {
        const auto row = rows.find(id);
        if (row == rows.end()) {
            text += "no order for " + id + "\n";
        } else if (row->second != record) {
            text += id + ": the order says " + row->second + ", the ledger " + record + "\n";
        }
    }
    for (const auto& [id, row] : rows) {
        if (!records.contains(id)) text += "nobody reserved " + id + "\n";
    }
    return text;
}

testing::AssertionResult tells(const order_writer& writer, const std::string& text) {
    if (wait_until([&] { return writer.has_told(text); }, patience))
        return testing::AssertionSuccess();
    return testing::AssertionFailure() << '"' << text << "\" is not in\n" << writer.log();
}

seller::seller(const redis_server& at, std::string sale, std::int64_t total)
    : thread_{[this, &at, name = std::move(sale), total] { sell(at, name, total); }} {}

void seller::stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
}

void seller::sell(const redis_server& at, const std::string& sale, std::int64_t total) {
    auto session = at.connect();
    ledger_client ledger{session, sale};
    constexpr std::int64_t batch = 7;
    while (!stopped_ && sold_ < total) {
        const auto count = std::min(batch, total - sold_);
        const auto told = ledger.reserve(wishes(1'000'000 + sold_, count));
        sold_ += static_cast<std::int64_t>(told.tickets().size());
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
}

bool orders_test::all_is_ordered() {
    const auto says = ledger.read().says.says;
    return says.ordered == says.at;
}

std::string orders_test::cell(std::int64_t n, const std::string& column) {
    const auto found =
        orders.column("SELECT CAST(" + column + " AS TEXT) FROM orders WHERE reservation = 'G101." +
                      id_of(n) + "'");
    return found.empty() ? "no row" : found.front();
}

}  // namespace onsale::test
