#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// To be preloaded into a program: writes down, for each sync of a file that succeeded, how long the
// file was when the sync began. That much of it survives a loss of power. See power_loss.hpp.
//
// A line `INODE LENGTH` for each sync, appended to the file that ONSALE_SYNC_RECORD names. The
// program goes on only when the line is written: what it does because of the sync comes after.

namespace {

int open_record() {
    const char* path = std::getenv("ONSALE_SYNC_RECORD");
    return path == nullptr ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

const int record = open_record();

int sync_and_record(long call, int file) {
    struct stat before {};
    const bool is_known = fstat(file, &before) == 0 && S_ISREG(before.st_mode);
    const long result = syscall(call, file);
    if (result != 0 || !is_known || record < 0) return static_cast<int>(result);
    char line[64];
    const int size = std::snprintf(line, sizeof line, "%llu %lld\n",
                                   static_cast<unsigned long long>(before.st_ino),
                                   static_cast<long long>(before.st_size));
    if (write(record, line, static_cast<std::size_t>(size)) != size) abort();
    return 0;
}

}  // namespace

extern "C" int fdatasync(int file) {
    return sync_and_record(SYS_fdatasync, file);
}

extern "C" int fsync(int file) {
    return sync_and_record(SYS_fsync, file);
}
