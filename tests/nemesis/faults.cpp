#include "nemesis/faults.hpp"

#include "nemesis/lost_ledger.hpp"
#include "support/http_client.hpp"

#include <stdexcept>

namespace onsale::nemesis {

unsigned scene::buy_at(std::size_t node, const std::string& buyer) {
    try {
        return test::http_client{on.nodes[node]->port(), milliseconds{4'000}}
            .post(std::string{"/v1/sales/"} + whole_system::sale + "/reservations",
                  R"({"buyer":")" + buyer + R"(","quantity":1})", {"Idempotency-Key: " + buyer})
            .status;
    } catch (const std::runtime_error&) {
        return 0;
    }
}

std::vector<fault> all_faults(const abilities& of) {
    std::vector<fault> all;
    add_process_faults(all);
    add_failpoints(all, of);
    add_network_faults(all);
    add_ledger_faults(all);
    add_database_faults(all);
    add_machine_faults(all, of);
    add_aimed_faults(all, of);
    const auto lost = lost_ledger_faults();
    all.insert(all.end(), lost.begin(), lost.end());
    return all;
}

}  // namespace onsale::nemesis
