#pragma once

#include "support/http_client.hpp"
#include "support/temporary_directory.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace onsale::test {

/// The payment side of a test: knows the secret, signs and sends. One thread.
class payment_side {
  public:
    payment_side();

    /// What a node needs to believe it, as after --set.
    [[nodiscard]] std::string setting() const;

    /// A notice for `reservation` (its whole id), signed now.
    [[nodiscard]] http_answer pay(std::uint16_t port, const std::string& reservation,
                                  const std::string& payment, std::int64_t amount) const;

    /// The two headers of such a notice; `seconds` is the timestamp's distance from now.
    [[nodiscard]] std::vector<std::string> headers(const std::string& reservation,
                                                   const std::string& payment, std::int64_t amount,
                                                   std::int64_t seconds = 0) const;

    [[nodiscard]] static std::string path(const std::string& reservation);
    [[nodiscard]] static std::string body(const std::string& payment, std::int64_t amount);

  private:
    temporary_directory directory_;
};

}  // namespace onsale::test
