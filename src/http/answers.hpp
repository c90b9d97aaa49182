#pragma once

#include "onsale/core/box_office.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// Answers as bytes: fixed ones made once, others written straight into the thread's output.

namespace onsale::http {

/// How the connection goes on after an answer: it changes one header line.
enum class ending : std::uint8_t {
    persist,     ///< HTTP/1.1, stays open: nothing to say
    keep_alive,  ///< HTTP/1.0, stays open: must be said
    close,
};

/// The header line of whatever will pass by itself.
inline constexpr std::string_view retry_after = "Retry-After: 1\r\n";

/// A whole answer for each ending.
class fixed_answer {
  public:
    fixed_answer(unsigned status, std::string_view type, std::string_view body,
                 std::string_view more_headers = {});

    [[nodiscard]] std::string_view bytes(ending how) const noexcept {
        return bytes_[static_cast<std::size_t>(how)];
    }

  private:
    std::array<std::string, 3> bytes_;
};

/// The words of the buyer's API, `/buy/ticket`.
void append_ticket_answer(std::string& out, const answer& told, ending how);

/// The shops' API: the reservation, or a problem (RFC 9457).
void append_reservation_answer(std::string& out, const answer& told, ending how);

/// A reservation looked up, or why it cannot be shown.
void append_sighting(std::string& out, const sighting& seen, ending how);

/// What came of a payment or a cancellation: the reservation, or a problem.
void append_settlement_answer(std::string& out, const settlement_told& told, ending how);

/// A sale's word.
void append_sale(std::string& out, std::string_view sale, const word& says, ending how);

/// Bad input on the buyer's API: `reason` is a name of the API.
void append_bad_ticket_request(std::string& out, unsigned status, std::string_view reason,
                               ending how);

/// A problem on the shops' API.
void append_problem(std::string& out, unsigned status, std::string_view code,
                    std::string_view detail, ending how, std::string_view more_headers = {});

/// An answer with a body of any kind, for operators' pages.
void append_page(std::string& out, unsigned status, std::string_view type, std::string_view body,
                 ending how, std::string_view more_headers = {});

}  // namespace onsale::http
