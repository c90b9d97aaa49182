#pragma once

#include "rush.hpp"

#include <boost/json/object.hpp>

#include <string>
#include <vector>

namespace onsale::bench {

[[nodiscard]] boost::json::object report_object(const rush_plan& plan, const std::string& database,
                                                const std::vector<rush_result>& all);

/// A table, and a sentence about each.
[[nodiscard]] std::string report_text(const rush_plan& plan, const std::string& database,
                                      const std::vector<rush_result>& all);

}  // namespace onsale::bench
