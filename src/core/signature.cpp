#include "onsale/core/signature.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/limits.hpp"
#include "onsale/core/text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace onsale {

std::string sign(std::string_view secret, const payment_notice& notice) {
    std::string text;
    text += notice.reservation;
    text += '\n';
    text += notice.payment;
    text += '\n';
    append_number(text, notice.amount);
    text += '\n';
    text += notice.timestamp;

    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    ONSALE_ASSERT(HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), data,
                       text.size(), bytes.data(), &size) != nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[bytes[i] >> 4U];
        hex += "0123456789abcdef"[bytes[i] & 15U];
    }
    return hex;
}

bool is_signed(std::string_view secret, const payment_notice& notice, std::string_view signature,
               std::chrono::system_clock::time_point now) {
    const auto seconds = parse_integer(notice.timestamp);
    if (!seconds || *seconds < 0 || *seconds > limits::last_timestamp) return false;
    const auto made = std::chrono::system_clock::time_point{std::chrono::seconds{*seconds}};
    if (made < now - limits::signature_age || made > now + limits::signature_age) return false;
    const auto wanted = sign(secret, notice);
    return signature.size() == wanted.size() &&
           CRYPTO_memcmp(signature.data(), wanted.data(), wanted.size()) == 0;
}

}  // namespace onsale
