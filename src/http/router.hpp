#pragma once

#include "connection.hpp"
#include "request_parser.hpp"

#include "onsale/http/server.hpp"

#include <cstdint>
#include <string>

// From a request to its answer, or to the purchase that will bring it. No socket.

namespace onsale::http {

/// One thread.
class router {
  public:
    router(const server_settings& settings, box_office& office, operator_pages pages,
           server_counts& counts) noexcept;

    enum class result : std::uint8_t {
        answered,  ///< the answer is in `out`
        waiting,   ///< `audience` will bring it
    };

    /// `one.called` says afterwards by which API a waiting purchase came.
    result route(const request& asked, connection& one, std::string& out, time_point now);

    /// The attempt number and outcome of the purchase just answered, for the stat log.
    struct noted {
        bool purchase = false;
        outcome what = outcome::busy;
        std::int64_t attempt = 0;
    };
    [[nodiscard]] noted take_note() noexcept;

  private:
    result dispatch(const request& asked, connection& one, std::string& out, time_point now);
    result buy_ticket(const request& asked, connection& one, std::string& out, time_point now);
    result reserve(const request& asked, std::string_view sale, connection& one, std::string& out,
                   time_point now);
    result show_sale(const request& asked, std::string_view sale, connection& one, std::string& out,
                     time_point now);
    result show_reservation(std::string_view id, connection& one, std::string& out, time_point now);
    result reservation(const request& asked, std::string_view rest, connection& one,
                       std::string& out, time_point now);
    result pay(const request& asked, std::string_view id, connection& one, std::string& out,
               time_point now);
    result settle(std::string_view id, const box_office::settle_request& wanted, connection& one,
                  std::string& out, time_point now);
    /// Lets `submit(sale, digits)` ask the ledger, if there is such a sale.
    template <class Submit>
    result at_ledger(std::string_view id, connection& one, std::string& out, time_point now,
                     Submit submit);
    result operators(const request& asked, connection& one, std::string& out);
    result buy(local_sale& on, const purchase_request& wanted, connection& one, std::string& out,
               time_point now);
    /// Sets key and kind; false if the key is no good.
    [[nodiscard]] bool choose_key(const request& asked, purchase_request& wanted) const noexcept;

    result bad_ticket(std::string& out, unsigned status, std::string_view reason, ending how);
    result problem(std::string& out, unsigned status, std::string_view code,
                   std::string_view detail, ending how, std::string_view more_headers = {});
    /// A problem that ends the connection: the client does not speak this API (design §6).
    result refuse(unsigned status, std::string_view code, std::string_view detail, connection& one,
                  std::string& out, std::string_view more_headers = {});
    result wrong_method(std::string_view allowed, connection& one, std::string& out);

    const server_settings& settings_;
    box_office& office_;
    const operator_pages pages_;
    server_counts& counts_;
    noted note_;
};

/// The answer to a request that could not even be parsed: `verb` is `other` if it did not come to
/// that.
void append_refusal(std::string& out, unsigned status, method verb);

}  // namespace onsale::http
