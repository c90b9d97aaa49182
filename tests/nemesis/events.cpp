#include "nemesis/events.hpp"

namespace onsale::nemesis {

namespace {

constexpr std::array<std::string_view, events> names{
    "an unknown outcome was sold",
    "an unknown outcome was refused",
    "an unknown outcome had not run",
    "a hold that nobody was told of expired",
    "a purchase was told by another node",
    "a 202 became a ticket",
    "a repeat got the known ticket",
    "an altered repeat was refused",
    "a repeat came after the end",
    "a buyer's limit was reached",
    "sold out",
    "too few were left",
    "sold again after sold out",
    "the sale was paused",
    "a hold expired while it was being paid",
    "a late payment bought again",
    "a late payment is owed",
    "a second payment is owed",
    "an unknown payment was told",
    "a reservation was cancelled",
    "a node granted itself more after another's death",
    "an old connection was fenced",
    "a purchase was sent again",
    "a request was delivered after its sender gave up",
    "a reply was lost",
    "scripts were loaded again",
    "a node refused a ledger that is not durable",
    "a full ledger refused",
    "the writer that stood by took over",
    "a dead letter was resolved",
    "bytes that were not synced were gone",
    "a payment was told whose order was lost with the ledger",
    "a lost ledger was rebuilt",
};

}  // namespace

std::string_view name_of(event one) noexcept {
    return names[static_cast<std::size_t>(one)];
}

}  // namespace onsale::nemesis
