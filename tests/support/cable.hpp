#pragma once

#include <functional>
#include <memory>
#include <string>

namespace onsale::test {

/// A cable from this machine to another one, which is a network namespace of our own, and gone with
/// this, however the program ends. While it is pulled out, packets vanish and nobody is told:
/// connections that were there are half-open, and those that begin get no answer. Thread safety:
/// any thread.
class cable {
  public:
    /// Nothing if the system does not let us: only root may, and not in every container.
    [[nodiscard]] static std::unique_ptr<cable> lay();
    ~cable();
    cable(const cable&) = delete;
    cable& operator=(const cable&) = delete;

    /// Runs `act` on the other machine: sockets that it makes belong there.
    void at_far_end(const std::function<void()>& act) const;
    /// The other machine's, as it is reached from here.
    [[nodiscard]] const std::string& far_address() const noexcept { return far_address_; }

    void pull_out() const;
    void plug_in() const;

  private:
    explicit cable(int number);
    [[nodiscard]] bool connect(int number) const;

    int far_ = -1;  ///< the namespace
    std::string far_address_;
};

}  // namespace onsale::test
