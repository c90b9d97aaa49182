#include "audit_reader.hpp"
#include "audit_view.hpp"
#include "commands.hpp"

#include "onsale/core/ids.hpp"

#include <boost/json/serialize.hpp>

#include <cstdio>
#include <memory>

namespace onsale::app {

namespace {

struct audit_options {
    ledger_options ledger;
    std::string sale;
    bool json = false;
};

int audit(const audit_options& given) {
    if (!is_sale_id(given.sale)) return complain({wrong_use, "'" + given.sale + "' is no sale id"});
    auto to = given.ledger.endpoint();
    if (!to) return complain({wrong_use, to.error().sentence});
    steady_session ledger{std::move(*to)};
    const auto beside = read_orders(ledger, given.ledger, given.sale);
    if (!beside) return complain(beside.error());
    const auto report = audit_sale(ledger, given.sale, *beside);
    if (!report) return complain(report.error());
    if (given.json) {
        std::printf("%s\n", boost::json::serialize(audit_object(given.sale, *report)).c_str());
    } else {
        std::fputs(audit_text(given.sale, *report, beside->note).c_str(), stdout);
    }
    return report->holds() ? done : promise_broken;
}

}  // namespace

void add_audit(CLI::App& program, int& status) {
    const auto given = std::make_shared<audit_options>();
    auto* command = program.add_subcommand(
        "audit", "Check that a sale has neither one ticket too many nor one too few");
    given->ledger.add_to(*command);
    given->ledger.add_orders_to(*command);
    command->add_flag("--json", given->json, "Print one JSON object, for programs");
    command->add_option("SALE", given->sale, "The sale's id")->required();
    command->footer(
        "Reads the whole ledger of the sale in small pieces and checks that counters, records,\n"
        "ticket numbers, buyers and deadlines agree; then the order database, both ways. The "
        "verdict\n"
        "is exact if the sale stood still meanwhile; if not, it is 'live': every difference was "
        "read\n"
        "again before it is told. Of a ledger that was lost or went back it lists what is "
        "missing.\n\n"
        "Exit status: 0 the law holds, 1 it does not, 2 no such sale, 3 the ledger cannot be\n"
        "reached.\n\n"
        "Example:\n  onsale audit demo\n");
    command->callback([given, &status] { status = audit(*given); });
}

}  // namespace onsale::app
