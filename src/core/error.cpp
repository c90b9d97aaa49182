#include "onsale/core/error.hpp"

namespace onsale {

namespace {

class category final : public boost::system::error_category {
  public:
    const char* name() const noexcept override { return "onsale"; }

    std::string message(int code) const override {
        switch (static_cast<errc>(code)) {
            case errc::not_sent:
                return "the ledger was not reached; nothing was changed";
            case errc::outcome_unknown:
                return "no reply from the ledger; it may have been done";
        }
        return "unknown error";
    }
};

}  // namespace

const boost::system::error_category& onsale_category() noexcept {
    static const category instance;
    return instance;
}

}  // namespace onsale
