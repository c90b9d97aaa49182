#pragma once

#include "plan.hpp"
#include "timeline.hpp"

#include <string>

// A picture of a rehearsal, as an SVG file: what happened, per second, over the time.

namespace onsale::app {

/// What was rehearsed, in one line.
[[nodiscard]] std::string chart_title(const rehearsal_plan& plan);

/// A whole file: readable on light and on dark, without any other file.
[[nodiscard]] std::string draw_chart(const timeline& run, const std::string& title);

/// The distance between the numbers on an axis up to `most`: 1, 2 or 5 times a power of ten, so
/// that there are about `parts` of them.
[[nodiscard]] double tick_for(double most, int parts);

}  // namespace onsale::app
