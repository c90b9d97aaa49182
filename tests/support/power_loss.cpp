#include "support/power_loss.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <sys/stat.h>

namespace onsale::test {

namespace {

struct stat status_of(const std::filesystem::path& file) {
    struct stat status {};
    if (stat(file.c_str(), &status) != 0) throw std::runtime_error{"no file " + file.string()};
    return status;
}

/// Where a file ends that was `size` long and of which `synced` is certain.
std::int64_t end_of(std::int64_t synced, std::int64_t size, std::minstd_rand& random) {
    const bool is_torn = std::bernoulli_distribution{0.5}(random);
    if (!is_torn || size - synced < 2) return std::min(synced, size);
    return std::uniform_int_distribution{synced + 1, size - 1}(random);
}

}  // namespace

std::vector<std::string> power_loss::environment() const {
    // The address sanitizer wants to be the first library; it does without.
    return {"LD_PRELOAD=" ONSALE_SYNC_RECORDER, "ONSALE_SYNC_RECORD=" + record().string(),
            "ASAN_OPTIONS=verify_asan_link_order=0"};
}

void power_loss::hear_of_syncs() {
    std::ifstream lines{record()};
    inode file = 0;
    std::int64_t length = 0;
    while (lines >> file >> length)
        synced_[file] = length;
    std::filesystem::remove(record());
}

std::int64_t power_loss::strike(const std::filesystem::path& directory, std::string_view suffix,
                                std::minstd_rand& random) {
    hear_of_syncs();
    std::int64_t gone = 0;
    for (const auto& entry : std::filesystem::directory_iterator{directory}) {
        if (!std::string_view{entry.path().native()}.ends_with(suffix)) continue;
        const auto status = status_of(entry.path());
        const std::int64_t size = status.st_size;
        auto& synced = synced_[status.st_ino];
        synced = end_of(synced, size, random);
        std::filesystem::resize_file(entry.path(), static_cast<std::uintmax_t>(synced));
        gone += size - synced;
    }
    return gone;
}

}  // namespace onsale::test
