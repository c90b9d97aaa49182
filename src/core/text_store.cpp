#include "onsale/core/text_store.hpp"

#include <algorithm>

namespace onsale {

std::string_view text_store::keep(std::string_view text) {
    if (text.size() > piece) {  // never seen; a piece of its own, behind the one in use
        auto own = std::make_unique<char[]>(text.size());
        std::copy(text.begin(), text.end(), own.get());
        pieces_.insert(pieces_.begin(), std::move(own));
        return {pieces_.front().get(), text.size()};
    }
    if (piece - used_ < text.size()) {
        pieces_.push_back(std::make_unique<char[]>(piece));
        used_ = 0;
    }
    char* place = pieces_.back().get() + used_;
    std::copy(text.begin(), text.end(), place);
    used_ += text.size();
    return {place, text.size()};
}

}  // namespace onsale
