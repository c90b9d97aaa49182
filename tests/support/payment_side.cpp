#include "support/payment_side.hpp"

#include "onsale/core/signature.hpp"

#include <chrono>
#include <fstream>

namespace onsale::test {

namespace {

constexpr const char* secret = "the secret of the payment side";

}  // namespace

payment_side::payment_side() {
    std::ofstream{directory_.path() / "secret"} << secret << '\n';
}

std::string payment_side::setting() const {
    return "payments.secret_file=" + (directory_.path() / "secret").string();
}

std::string payment_side::path(const std::string& reservation) {
    return "/v1/reservations/" + reservation + "/payment";
}

std::string payment_side::body(const std::string& payment, std::int64_t amount) {
    return R"({"payment_id":")" + payment + R"(","amount":)" + std::to_string(amount) + "}";
}

std::vector<std::string> payment_side::headers(const std::string& reservation,
                                               const std::string& payment, std::int64_t amount,
                                               std::int64_t seconds) const {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto timestamp =
        std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count() + seconds);
    return {"X-Onsale-Timestamp: " + timestamp,
            "X-Onsale-Signature: " + sign(secret, {reservation, payment, amount, timestamp})};
}

http_answer payment_side::pay(std::uint16_t port, const std::string& reservation,
                              const std::string& payment, std::int64_t amount) const {
    return post(port, path(reservation), body(payment, amount),
                headers(reservation, payment, amount));
}

}  // namespace onsale::test
