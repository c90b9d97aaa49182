#include "../../src/http/answers.hpp"
#include "../../src/http/request_parser.hpp"
#include "../../src/http/router.hpp"
#include "support/fake_ledger.hpp"
#include "support/model_sale.hpp"

#include "onsale/core/assert.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// Whatever bytes a client sends: parser, router, validation, the way of a purchase, the answer
// (P11).

namespace onsale::test {

namespace {

/// Writes the answers that come later, as the server does.
class writer final : public audience {
  public:
    void answered(std::uint64_t, const answer& told) override {
        append_both(told);
        check();
    }
    void shown(std::uint64_t, const sighting& seen) override {
        if (seen.on != nullptr) http::append_sighting(out, seen, http::ending::persist);
        check();
    }
    void settled(std::uint64_t, const settlement_told& told) override {
        http::append_settlement_answer(out, told, http::ending::persist);
        check();
    }
    void check() {
        ONSALE_ASSERT(out.empty() || out.starts_with("HTTP/1."));
        ONSALE_ASSERT(out.size() < limits::pipelined_bytes);
        out.clear();
    }

    std::string out;

  private:
    void append_both(const answer& told) {
        http::append_ticket_answer(out, told, http::ending::persist);
        check();
        http::append_reservation_answer(out, told, http::ending::persist);
    }
};

/// A thread of a node, with a model for its ledger.
struct thread_of_a_node {
    thread_of_a_node() {
        office.connect(ledger, told);
        book.add({"demo", {}}, model.says(monotonic::now()));
        book.heard_all(monotonic::now());
        office.refresh();
    }

    void serve(std::string_view bytes) {
        while (!bytes.empty()) {
            http::request asked;
            const auto got = http::parse_request(bytes, asked);
            if (got.is == http::progress::refused)
                http::append_refusal(told.out, got.status, asked.verb);
            if (got.is != http::progress::complete) break;
            ONSALE_ASSERT(got.consumed > 0 && got.consumed <= bytes.size());
            static_cast<void>(router.route(asked, client, told.out, monotonic::now()));
            static_cast<void>(router.take_note());
            told.check();
            ledger.answer(monotonic::now());
            bytes.remove_prefix(got.consumed);
        }
        told.check();
    }

    model_sale model{{.total = 50, .limit = 3}};
    sale_book book{share{1, 1, 0.0}};
    box_office office{book, {}};
    fake_ledger ledger{model, office};
    writer told;
    http::server_settings settings{.default_sale = "demo",
                                   .stat_log = "",
                                   .trust_request_id = true,
                                   .require_buyer = false,
                                   .payment_secret = "a secret of the fuzzer"};
    http::server_counts counts;
    http::router router{settings,
                        office,
                        {.metrics = [] { return std::string{}; },
                         .not_ready = [] { return std::vector<std::string>{}; }},
                        counts};
    http::connection client;
};

}  // namespace

}  // namespace onsale::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    onsale::test::thread_of_a_node{}.serve({reinterpret_cast<const char*>(data), size});
    return 0;
}
