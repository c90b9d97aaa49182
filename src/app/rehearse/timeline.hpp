#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

// What happened when in a rehearsal, counted by slices of time.

namespace onsale::app {

enum class run_event : std::uint8_t {
    arrival,  ///< a buyer wanted to ask for the first time
    sale,     ///< was told "yours"
    refusal,  ///< … "sold out", or no for another reason
    retry,    ///< … nothing certain, and asks again
};

inline constexpr std::size_t run_events = 4;

/// Its memory does not grow with the run: when the slices are too many, two become one.
class timeline {
  public:
    using slice = std::array<std::int64_t, run_events>;

    /// `at` counts from the start of the run; before it is at the start.
    void add(run_event what, std::chrono::microseconds at);

    [[nodiscard]] std::chrono::microseconds width() const noexcept { return width_; }
    [[nodiscard]] const std::vector<slice>& slices() const noexcept { return slices_; }
    [[nodiscard]] std::int64_t total(run_event what) const;

  private:
    void halve();

    std::chrono::microseconds width_ = std::chrono::milliseconds{5};
    std::vector<slice> slices_;
};

}  // namespace onsale::app
