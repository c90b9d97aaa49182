#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <memory>

struct redisAsyncContext;

namespace onsale::redis {

/// Joins a hiredis asynchronous context to an io_context that one thread runs.
///
/// hiredis owns its descriptor; this only waits on it and lets go before hiredis closes it. One
/// standing wait for reading; what was queued in one turn of the loop is written in one piece at
/// the end of that turn, and writability is waited for only when the kernel did not take it all.
class hiredis_adapter : public std::enable_shared_from_this<hiredis_adapter> {
  public:
    /// Attaches to `context`, which has a descriptor; keeps itself alive until hiredis frees it.
    static void attach(boost::asio::io_context& io, redisAsyncContext& context);

    hiredis_adapter(boost::asio::io_context& io, redisAsyncContext& context);

  private:
    void wait_to_read();
    void wait_to_write();
    void want_write();
    void write_soon();
    void write_now();
    void let_go();

    using descriptor =
        boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type>;

    redisAsyncContext* context_;  // nullptr once hiredis is freeing it
    descriptor descriptor_;
    std::shared_ptr<hiredis_adapter> self_;
    bool reading_ = false;
    bool read_wait_ = false;
    bool wants_write_ = false;
    bool write_wait_ = false;
    bool write_posted_ = false;
};

}  // namespace onsale::redis
