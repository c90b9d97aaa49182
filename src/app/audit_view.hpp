#pragma once

#include "audit.hpp"

#include <boost/json/object.hpp>

#include <string>

// How an audit looks, to people and to programs.

namespace onsale::app {

[[nodiscard]] boost::json::object audit_object(const std::string& sale, const audit_report& report);

[[nodiscard]] std::string audit_text(const std::string& sale, const audit_report& report,
                                     const std::string& no_orders);

}  // namespace onsale::app
