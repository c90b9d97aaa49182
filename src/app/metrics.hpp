#pragma once

#include "worker.hpp"

#include "onsale/core/sale_book.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace onsale::app {

using workers = std::vector<std::unique_ptr<worker>>;

/// All numbers of a node as Prometheus text. Any thread.
[[nodiscard]] std::string metrics_text(const workers& all, const sale_book& book);

/// Why the node should get no buyers now; empty: it is ready. Any thread.
[[nodiscard]] std::vector<std::string> reasons_not_ready(const workers& all, const sale_book& book,
                                                         bool stopping);

}  // namespace onsale::app
