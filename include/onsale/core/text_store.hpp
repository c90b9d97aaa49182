#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace onsale {

/// Keeps texts for as long as it lives, in large pieces: a million records are a million small
/// texts. Views stay good when the store is moved.
class text_store {
  public:
    std::string_view keep(std::string_view text);

  private:
    static constexpr std::size_t piece = 1U << 20U;

    std::vector<std::unique_ptr<char[]>> pieces_;
    std::size_t used_ = piece;
};

}  // namespace onsale
