#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace onsale::test {

/// What went over one connection, both ways. Written when this goes to a file of this process in
/// the directory that ONSALE_WIRE_RECORDS names: the sizes of what was sent and of what was
/// received in a line, the bytes of the one, the bytes of the other, the end of a line.
/// tests/openapi/check reads it. Any thread.
class wire_record {
  public:
    /// Nothing, if nobody asked for records.
    [[nodiscard]] static std::unique_ptr<wire_record> begin();

    ~wire_record();
    wire_record(const wire_record&) = delete;
    wire_record& operator=(const wire_record&) = delete;

    void add_sent(std::string_view bytes);
    void add_received(std::string_view bytes);

  private:
    wire_record() = default;

    std::mutex mutex_;
    std::string sent_;
    std::string received_;
};

}  // namespace onsale::test
