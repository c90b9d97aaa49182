#include "support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace onsale::test {

void small_disk::keep_to_ourselves() {
    if (unshare(CLONE_NEWNS) == 0) mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
}

std::unique_ptr<small_disk> small_disk::mount_on(const std::filesystem::path& where,
                                                 std::int64_t bytes) {
    const auto size = "size=" + std::to_string(bytes);
    if (mount("onsale-test", where.c_str(), "tmpfs", 0, size.c_str()) != 0) return nullptr;
    return std::unique_ptr<small_disk>{new small_disk{where}};
}

/// Whoever still has a file open in it keeps that file, and nothing else.
small_disk::~small_disk() {
    umount2(where_.c_str(), MNT_DETACH);
}

void small_disk::fill() const {
    const int file = open(filler().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    for (off_t end = 0;;) {
        struct statvfs disk {};
        const bool known = fstatvfs(file, &disk) == 0;
        const auto left = static_cast<off_t>(disk.f_bavail * disk.f_bsize);
        if (!known || left == 0 || posix_fallocate(file, end, left) != 0) break;
        end += left;
    }
    close(file);
}

void small_disk::make_room() const {
    unlink(filler().c_str());
}

bool small_disk::make_read_only() const {
    return mount(nullptr, where_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0;
}

void small_disk::make_writable() const {
    mount(nullptr, where_.c_str(), nullptr, MS_REMOUNT, nullptr);
}

}  // namespace onsale::test
