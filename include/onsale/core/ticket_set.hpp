#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Sets of ticket numbers, as a rebuild reckons with them (L2, L28).

namespace onsale {

/// One thread. A million numbers that follow each other are one range.
///
/// Invariants: the ranges are in order, not empty, and do not touch.
class ticket_set {
  public:
    struct range {
        std::int64_t first;
        std::int64_t last;

        friend bool operator==(const range&, const range&) = default;
    };

    ticket_set() = default;
    /// The numbers from `first` to `last`; none if that is empty. From 1 on.
    ticket_set(std::int64_t first, std::int64_t last);
    /// In any order, with overlaps; empty ones are left out.
    explicit ticket_set(std::vector<range> ranges);

    /// Of a list such as `7,12-15`; nothing if it is none.
    [[nodiscard]] static std::optional<ticket_set> parse(std::string_view list);

    [[nodiscard]] const std::vector<range>& ranges() const noexcept { return ranges_; }
    [[nodiscard]] std::int64_t size() const noexcept;
    /// 0: it is empty.
    [[nodiscard]] std::int64_t highest() const noexcept;
    /// As `parse` reads it.
    [[nodiscard]] std::string list() const;

    [[nodiscard]] ticket_set with(const ticket_set& others) const;
    [[nodiscard]] ticket_set without(const ticket_set& others) const;
    /// The `count` lowest; all of them if there are not so many.
    [[nodiscard]] ticket_set lowest(std::int64_t count) const;

  private:
    std::vector<range> ranges_;
};

}  // namespace onsale
