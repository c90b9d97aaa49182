#include "onsale/core/ids.hpp"

#include "onsale/core/assert.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstddef>
#include <memory>

namespace onsale {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool is_hex(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

std::uint8_t hex_value(char c) noexcept {
    return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

id_digits to_digits(const std::array<std::uint8_t, 16>& bytes) noexcept {
    id_digits digits;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        digits[2 * i] = hex_digits[bytes[i] >> 4U];
        digits[2 * i + 1] = hex_digits[bytes[i] & 15U];
    }
    return digits;
}

/// SipHash through libcrypto, its context made once per thread.
class keyed_hash {
  public:
    keyed_hash() {
        const std::unique_ptr<EVP_MAC, void (*)(EVP_MAC*)> mac{
            EVP_MAC_fetch(nullptr, "SIPHASH", nullptr), &EVP_MAC_free};
        ONSALE_ASSERT(mac != nullptr);
        context_.reset(EVP_MAC_CTX_new(mac.get()));
        ONSALE_ASSERT(context_ != nullptr);
    }

    void start(const sale_salt& salt) {
        std::size_t size = 16;
        const std::array<OSSL_PARAM, 2> parameters{
            OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
        ONSALE_ASSERT(EVP_MAC_init(context_.get(), salt.data(), salt.size(), parameters.data()) ==
                      1);
    }

    /// Adds a field and its end: fields are printable, so that a zero byte cannot be part of one.
    void add(std::string_view field) {
        static constexpr unsigned char end = 0;
        const auto* bytes = reinterpret_cast<const unsigned char*>(field.data());
        ONSALE_ASSERT(EVP_MAC_update(context_.get(), bytes, field.size()) == 1);
        ONSALE_ASSERT(EVP_MAC_update(context_.get(), &end, 1) == 1);
    }

    std::array<std::uint8_t, 16> finish() {
        std::array<std::uint8_t, 16> bytes{};
        std::size_t size = 0;
        ONSALE_ASSERT(EVP_MAC_final(context_.get(), bytes.data(), &size, bytes.size()) == 1);
        ONSALE_ASSERT(size == bytes.size());
        return bytes;
    }

  private:
    struct release {
        void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    };
    std::unique_ptr<EVP_MAC_CTX, release> context_;
};

/// Random bytes, fetched by the page: one call of the generator for 256 ids.
std::array<std::uint8_t, 16> random_bytes() {
    thread_local std::array<std::uint8_t, 4096> page;
    thread_local std::size_t used = page.size();
    if (used == page.size()) {
        ONSALE_ASSERT(RAND_bytes(page.data(), static_cast<int>(page.size())) == 1);
        used = 0;
    }
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(page.begin() + static_cast<std::ptrdiff_t>(used), bytes.size(), bytes.begin());
    used += bytes.size();
    return bytes;
}

}  // namespace

bool is_sale_id(std::string_view text) noexcept {
    if (text.empty() || text.size() > limits::sale_id || !is_alphanumeric(text.front()))
        return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
    });
}

bool is_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > limits::buyer) return false;
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

bool is_payment_id(std::string_view text) noexcept {
    constexpr std::string_view known =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-";
    return !text.empty() && text.size() <= limits::payment_id &&
           text.find_first_not_of(known) == std::string_view::npos;
}

std::optional<reservation_name> parse_reservation_id(std::string_view text) noexcept {
    if (text.size() < limits::id_digits + 2) return std::nullopt;
    const auto digits = text.substr(text.size() - limits::id_digits);
    const auto sale = text.substr(0, text.size() - limits::id_digits - 1);
    if (text[sale.size()] != '.' || !is_sale_id(sale)) return std::nullopt;
    if (!std::all_of(digits.begin(), digits.end(), is_hex)) return std::nullopt;
    reservation_name name{sale, {}};
    std::copy(digits.begin(), digits.end(), name.digits.begin());
    return name;
}

std::optional<sale_salt> parse_salt(std::string_view hex) noexcept {
    sale_salt salt{};
    if (hex.size() != 2 * salt.size() || !std::all_of(hex.begin(), hex.end(), is_hex)) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < salt.size(); ++i) {
        salt[i] =
            static_cast<std::uint8_t>(hex_value(hex[2 * i]) << 4U | hex_value(hex[2 * i + 1]));
    }
    return salt;
}

id_digits derive_id(const sale_salt& salt, std::string_view sale, std::string_view buyer,
                    std::string_view key) {
    thread_local keyed_hash hash;
    hash.start(salt);
    hash.add(sale);
    hash.add(buyer);
    hash.add(key);
    return to_digits(hash.finish());
}

id_digits derive_successor(const sale_salt& salt, std::string_view sale, const id_digits& id,
                           std::string_view payment) {
    std::string instead_of_buyer{"\n"};  // no buyer is called so
    instead_of_buyer += view(id);
    return derive_id(salt, sale, instead_of_buyer, payment);
}

id_digits random_id() {
    return to_digits(random_bytes());
}

std::string random_hex() {
    const auto digits = random_id();
    return {digits.data(), digits.size()};
}

}  // namespace onsale
