#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

namespace onsale::test {

/// A disk that can be filled: memory, mounted on a directory. What is already in there is hidden as
/// long as it lasts. One thread.
class small_disk {
  public:
    /// From now on disks are seen by this process and those that it starts, and gone with the last
    /// of them, however that ends. Before there are threads. Only root may.
    static void keep_to_ourselves();

    /// Nothing if the system does not let us: only root may.
    [[nodiscard]] static std::unique_ptr<small_disk> mount_on(const std::filesystem::path& where,
                                                              std::int64_t bytes);
    ~small_disk();
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    /// No byte is left for others.
    void fill() const;
    void make_room() const;

    /// Nothing on it can be changed; false if somebody has a file there that may be.
    [[nodiscard]] bool make_read_only() const;
    void make_writable() const;

  private:
    explicit small_disk(std::filesystem::path where) : where_{std::move(where)} {}
    [[nodiscard]] std::filesystem::path filler() const { return where_ / "filler"; }

    std::filesystem::path where_;
};

}  // namespace onsale::test
