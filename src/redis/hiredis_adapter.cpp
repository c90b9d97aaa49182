#include "hiredis_adapter.hpp"

#include "onsale/core/assert.hpp"
#include "onsale/core/sabotage.hpp"

#include <boost/asio/post.hpp>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>

namespace onsale::redis {

namespace asio = boost::asio;

void hiredis_adapter::attach(asio::io_context& io, redisAsyncContext& context) {
    const auto made = std::make_shared<hiredis_adapter>(io, context);
    made->self_ = made;
    auto& events = context.ev;
    ONSALE_ASSERT(events.data == nullptr);
    events.data = made.get();
    events.addRead = [](void* self) {
        auto& adapter = *static_cast<hiredis_adapter*>(self);
        adapter.reading_ = true;
        adapter.wait_to_read();
    };
    events.delRead = [](void* self) { static_cast<hiredis_adapter*>(self)->reading_ = false; };
    events.addWrite = [](void* self) { static_cast<hiredis_adapter*>(self)->want_write(); };
    events.delWrite = [](void* self) { static_cast<hiredis_adapter*>(self)->wants_write_ = false; };
    events.cleanup = [](void* self) { static_cast<hiredis_adapter*>(self)->let_go(); };
}

hiredis_adapter::hiredis_adapter(asio::io_context& io, redisAsyncContext& context)
    : context_{&context}, descriptor_{io, context.c.fd} {}

void hiredis_adapter::wait_to_read() {
    if (read_wait_ || !reading_) return;
    read_wait_ = true;
    descriptor_.async_wait(descriptor::wait_read,
                           [self = shared_from_this()](boost::system::error_code error) {
                               self->read_wait_ = false;
                               if (error || self->context_ == nullptr) return;
                               redisAsyncHandleRead(self->context_);
                               // The context may be gone by now; let_go has said so.
                               if (self->context_ != nullptr) self->wait_to_read();
                           });
}

void hiredis_adapter::want_write() {
    wants_write_ = true;
    // Before the connection stands, the first writability is what tells of it.
    if ((context_->c.flags & REDIS_CONNECTED) == 0) {
        wait_to_write();
    } else {
        write_soon();
    }
}

void hiredis_adapter::write_soon() {
    if (write_posted_ || write_wait_) return;
    write_posted_ = true;
    asio::post(descriptor_.get_executor(), [self = shared_from_this()] {
        self->write_posted_ = false;
        self->write_now();
    });
}

void hiredis_adapter::write_now() {
    if (context_ == nullptr || !wants_write_) return;
    redisAsyncHandleWrite(context_);
    sabotage::pass_armed(sabotage::failpoint::after_send);
    if (context_ != nullptr && wants_write_) wait_to_write();
}

void hiredis_adapter::wait_to_write() {
    if (write_wait_) return;
    write_wait_ = true;
    descriptor_.async_wait(descriptor::wait_write,
                           [self = shared_from_this()](boost::system::error_code error) {
                               self->write_wait_ = false;
                               if (!error) self->write_now();
                           });
}

void hiredis_adapter::let_go() {
    context_ = nullptr;
    descriptor_.release();
    self_.reset();  // may destroy this; nothing follows
}

}  // namespace onsale::redis
