#include "ledger_bench.hpp"

#include "onsale/core/text.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

// Makes a ledger big: other sales beside `demo`, and reservations in `demo` itself.
//
//   ledger_fill SOCKET OTHER_SALES RESERVATIONS TOTAL

namespace onsale::bench {

namespace {

constexpr std::int64_t batch = 256;

void open_others(redis::session& session, std::int64_t count) {
    for (std::int64_t n = 0; n < count; ++n) {
        test::ledger_client{session, "other-" + std::to_string(n)}.open({.total = 10'000});
    }
}

void sell(redis::session& session, std::int64_t reservations, std::int64_t total) {
    test::ledger_client ledger{session, "demo"};
    ledger.open({.total = total, .hold_ms = 3'600'000});
    for (std::int64_t sold = 0; sold < reservations; sold += batch) {
        ledger.reserve(purchases(sold + 1, std::min(batch, reservations - sold), false));
    }
}

}  // namespace

}  // namespace onsale::bench

int main(int argc, char** argv) {
    using namespace onsale;
    if (argc != 5) {
        std::fprintf(stderr, "Usage: %s SOCKET OTHER_SALES RESERVATIONS TOTAL\n", argv[0]);
        return 2;
    }
    const auto number = [&](int place) { return parse_integer(argv[place]).value_or(0); };
    auto session = bench::connect_to(argv[1]);
    bench::open_others(session, number(2));
    bench::sell(session, number(3), number(4));
}
