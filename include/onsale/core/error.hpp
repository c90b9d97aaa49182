#pragma once

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

#include <cstdint>
#include <string>

// Operating failures of the ledger, split by what is certain (L18). They are the only errors that a
// purchase distinguishes; what exactly went wrong is in the node's log.

namespace onsale {

enum class errc : std::uint8_t {
    not_sent = 1,     ///< the ledger has certainly not run it: the token goes back
    outcome_unknown,  ///< it may have run: the token is kept, the same ids are sent again
};

const boost::system::error_category& onsale_category() noexcept;

[[nodiscard]] inline boost::system::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), onsale_category()};
}

/// What is wrong and what to do about it, for the person who runs the program.
struct complaint {
    std::string sentence;
};

template <class T>
using or_complaint = boost::system::result<T, complaint>;

}  // namespace onsale

template <>
struct boost::system::is_error_code_enum<onsale::errc> : std::true_type {};
