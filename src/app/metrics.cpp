#include "metrics.hpp"

#include "onsale/core/outcome.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <utility>

namespace onsale::app {

namespace {

using labels = std::vector<std::pair<std::string, std::string>>;

/// Families in the order in which they were begun.
class metric_page {
  public:
    void begin(const char* name, const char* help, prometheus::MetricType type) {
        families_.push_back({name, help, type, {}});
    }

    void add(const labels& with, double value) {
        prometheus::ClientMetric metric;
        for (const auto& [name, text] : with) {
            metric.label.push_back({name, text});
        }
        metric.counter.value = value;
        metric.gauge.value = value;
        families_.back().metric.push_back(std::move(metric));
    }

    [[nodiscard]] std::string text() const {
        return prometheus::TextSerializer{}.Serialize(families_);
    }

  private:
    std::vector<prometheus::MetricFamily> families_;
};

template <class Read>
double sum(const workers& all, Read read) {
    double result = 0;
    for (const auto& one : all) {
        result += static_cast<double>(read(*one));
    }
    return result;
}

void add_outcomes(metric_page& page, const workers& all) {
    page.begin("onsale_purchases_total", "Purchases answered, by outcome",
               prometheus::MetricType::Counter);
    const auto outcomes = all.front()->http_counts().outcomes.size();
    for (std::size_t i = 0; i < outcomes; ++i) {
        const auto count =
            sum(all, [i](const worker& w) { return w.http_counts().outcomes[i].load(); });
        page.add({{"outcome", std::string{name_of(static_cast<outcome>(i))}}}, count);
    }
}

void add_settled(metric_page& page, const workers& all) {
    page.begin("onsale_settled_total", "Payments and cancellations answered, by what came of them",
               prometheus::MetricType::Counter);
    for (std::size_t i = 0; i < settle_results; ++i) {
        const auto count =
            sum(all, [i](const worker& w) { return w.http_counts().settled[i].load(); });
        page.add({{"result", std::string{name_of(static_cast<settle_result>(i))}}}, count);
    }
}

void add_server(metric_page& page, const workers& all) {
    using prometheus::MetricType;
    const auto one = [&](const char* name, const char* help, MetricType type, auto read) {
        page.begin(name, help, type);
        page.add({}, sum(all, [&](const worker& w) { return read(w.http_counts()).load(); }));
    };
    one(
        "onsale_connections", "Connections open", MetricType::Gauge,
        [](const auto& c) -> const auto& { return c.open; });
    one(
        "onsale_connections_total", "Connections accepted", MetricType::Counter,
        [](const auto& c) -> const auto& { return c.accepted; });
    one(
        "onsale_refused_total", "Requests refused as malformed or unknown", MetricType::Counter,
        [](const auto& c) -> const auto& { return c.refused; });
    one(
        "onsale_timed_out_total", "Connections closed at a deadline", MetricType::Counter,
        [](const auto& c) -> const auto& { return c.timed_out; });
}

void add_link(metric_page& page, const workers& all) {
    using prometheus::MetricType;
    const auto one = [&](const char* name, const char* help, MetricType type, auto read) {
        page.begin(name, help, type);
        page.add({}, sum(all, [&](const worker& w) { return read(w.link_status()).load(); }));
    };
    one(
        "onsale_ledger_links", "Links to the ledger that are up", MetricType::Gauge,
        [](const auto& s) -> const auto& { return s.connected; });
    one(
        "onsale_ledger_connects_total", "Connections made to the ledger", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.connects; });
    one(
        "onsale_ledger_fences_total", "Old connections fenced", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.fences; });
    one(
        "onsale_ledger_batches_total", "Reserve calls sent", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.batches; });
    one(
        "onsale_ledger_purchases_total", "Purchases sent in them", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.purchases; });
    one(
        "onsale_ledger_resent_total", "Purchases sent again with the same id", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.resent; });
    one(
        "onsale_ledger_look_ups_total", "Look-up calls sent", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.look_ups; });
    one(
        "onsale_ledger_polls_total", "Polls sent", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.polls; });
    one(
        "onsale_ledger_settle_calls_total", "Settle calls sent for payments and cancellations",
        MetricType::Counter, [](const auto& s) -> const auto& { return s.settle_calls; });
    one(
        "onsale_expired_total", "Reservations expired by this node", MetricType::Counter,
        [](const auto& s) -> const auto& { return s.expired; });
}

void add_memory(metric_page& page, const redis::link_status& status, std::int64_t bytes) {
    const auto one = [&](const char* name, const char* help, double value) {
        page.begin(name, help, prometheus::MetricType::Gauge);
        page.add({}, value);
    };
    one("onsale_ledger_memory_bytes", "Memory of the ledger", static_cast<double>(bytes));
    one("onsale_ledger_memory_limit_bytes",
        "The ledger's maxmemory: beyond it nothing is sold; 0: none",
        static_cast<double>(status.memory_limit_bytes.load()));
    one("onsale_ledger_memory_seconds_left",
        "Until the ledger is at its maxmemory, at the growth of the last minute",
        status.memory_seconds_left.load());
}

/// As any one thread has heard it: it is the same for all, and never older than a check. If none
/// has, it is left out.
void add_memory(metric_page& page, const workers& all) {
    for (const auto& one : all) {
        const auto bytes = one->link_status().memory_bytes.load();
        if (bytes != 0) return add_memory(page, one->link_status(), bytes);
    }
}

/// How long the journal is: what is ordered is trimmed.
std::int64_t unordered(const word& says) {
    const bool same = says.ordered.epoch == says.at.epoch;
    return same ? says.at.version - says.ordered.version : says.at.version;
}

void add_sales(metric_page& page, const sale_book& book) {
    const auto sales = book.from(0);
    const auto each = [&](const char* name, const char* help, auto read) {
        page.begin(name, help, prometheus::MetricType::Gauge);
        for (auto* sale : sales) {
            page.add({{"sale", std::string{sale->id()}}}, static_cast<double>(read(*sale)));
        }
    };
    each("onsale_sale_total", "Tickets of the sale", [](sale& s) { return s.says().total; });
    each("onsale_sale_remaining", "Tickets left", [](sale& s) { return s.says().remaining(); });
    each("onsale_sale_held", "Tickets held", [](sale& s) { return s.says().held(); });
    each("onsale_sale_paid", "Tickets paid", [](sale& s) { return s.says().paid; });
    each("onsale_sale_version", "Version of the ledger",
         [](sale& s) { return s.says().at.version; });
    each("onsale_sale_unordered_versions", "Versions that no order row follows yet",
         [](sale& s) { return unordered(s.says()); });
    each("onsale_sale_dead_letters", "Reservations that could not become an order row",
         [](sale& s) { return s.says().letters; });
    each("onsale_sale_local_stock", "Local stock", [](sale& s) { return s.stock().tokens(); });
    each("onsale_sale_frozen", "1: frozen or missing, nothing is sold",
         [](sale& s) { return s.says().overrides() ? 1 : 0; });
}

}  // namespace

std::string metrics_text(const workers& all, const sale_book& book) {
    metric_page page;
    add_outcomes(page, all);
    add_settled(page, all);
    add_server(page, all);
    add_link(page, all);
    add_memory(page, all);
    add_sales(page, book);
    return page.text();
}

std::vector<std::string> reasons_not_ready(const workers& all, const sale_book& book,
                                           bool stopping) {
    std::vector<std::string> reasons;
    if (stopping) reasons.emplace_back("the node is stopping");
    const auto now = monotonic::now();
    const bool connected = sum(all, [](const worker& w) {
                               return w.link_status().connected.load();
                           }) == static_cast<double>(all.size());
    if (!connected) reasons.emplace_back("the ledger is not reached by every thread");
    const bool fit = sum(all, [](const worker& w) { return w.link_status().fit.load(); }) ==
                     static_cast<double>(all.size());
    if (connected && !fit) {
        reasons.emplace_back(
            "the ledger is not as durable as redis.durability asks, or forbids what a sale takes "
            "(see the log)");
    }
    if (connected && !book.knows_all(now))
        reasons.emplace_back("the list of sales has not been read");
    return reasons;
}

}  // namespace onsale::app
