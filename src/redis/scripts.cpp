#include "scripts.hpp"

#include "sabotaged_scripts.hpp"

#include "onsale/core/assert.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>

namespace onsale::redis {

namespace {

std::string sha1_hex(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    ONSALE_ASSERT(EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha1(), nullptr) ==
                  1);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[bytes[i] >> 4U];
        hex += "0123456789abcdef"[bytes[i] & 15U];
    }
    return hex;
}

script make(std::string_view name, std::string_view source) {
    const auto text = sabotaged(name, source);
    return {name, text, sha1_hex(text)};
}

}  // namespace

const script& open_script() {
    static const auto instance = make("open", source::open);
    return instance;
}

const script& reserve_script() {
    static const auto instance = make("reserve", source::reserve);
    return instance;
}

const script& settle_script() {
    static const auto instance = make("settle", source::settle);
    return instance;
}

const script& adjust_script() {
    static const auto instance = make("adjust", source::adjust);
    return instance;
}

const script& read_script() {
    static const auto instance = make("read", source::read);
    return instance;
}

const script& ordered_script() {
    static const auto instance = make("ordered", source::ordered);
    return instance;
}

const script& rebuild_script() {
    static const auto instance = make("rebuild", source::rebuild);
    return instance;
}

const script& rights_script() {
    static const auto instance = make("rights", source::rights);
    return instance;
}

std::array<const script*, 7> all_scripts() {
    return {&open_script(), &reserve_script(), &settle_script(), &adjust_script(),
            &read_script(), &ordered_script(), &rights_script()};
}

}  // namespace onsale::redis
