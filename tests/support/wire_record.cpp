#include "support/wire_record.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace onsale::test {

namespace {

/// One at a time: a record is in the file whole.
void append(const std::filesystem::path& directory, std::string_view record) {
    static std::mutex writing;
    const std::scoped_lock lock{writing};
    std::filesystem::create_directories(directory);
    const auto name = std::to_string(getpid()) + ".wire";
    std::ofstream{directory / name, std::ios::binary | std::ios::app} << record;
}

const char* chosen_directory() {
    static const char* const directory = std::getenv("ONSALE_WIRE_RECORDS");
    return directory;
}

}  // namespace

std::unique_ptr<wire_record> wire_record::begin() {
    if (chosen_directory() == nullptr) return nullptr;
    return std::unique_ptr<wire_record>{new wire_record};
}

wire_record::~wire_record() {
    if (received_.empty()) return;
    const auto sizes = std::to_string(sent_.size()) + ' ' + std::to_string(received_.size());
    append(chosen_directory(), sizes + '\n' + sent_ + received_ + '\n');
}

void wire_record::add_sent(std::string_view bytes) {
    const std::scoped_lock lock{mutex_};
    sent_ += bytes;
}

void wire_record::add_received(std::string_view bytes) {
    const std::scoped_lock lock{mutex_};
    received_ += bytes;
}

}  // namespace onsale::test
