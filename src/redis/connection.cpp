#include "connection.hpp"

#include "hiredis_adapter.hpp"

#include "onsale/core/assert.hpp"

#include <boost/asio/post.hpp>
#include <hiredis/async.h>
#include <hiredis/hiredis.h>

#include <utility>

namespace onsale::redis {

connection::~connection() {
    close("stopped");
}

void connection::open_unix(const std::string& path) {
    adopt(redisAsyncConnectUnix(path.c_str()));
}

void connection::open_tcp(const std::string& address, std::uint16_t port) {
    adopt(redisAsyncConnect(address.c_str(), port));
}

void connection::adopt(redisAsyncContext* made) {
    ONSALE_ASSERT(context_ == nullptr);
    connected_ = false;
    closing_ = false;
    began_ = monotonic::now();
    if (made == nullptr || made->err != 0) {
        const std::string why = made == nullptr ? "out of memory" : made->errstr;
        if (made != nullptr) redisAsyncFree(made);
        report_closed(why);
        return;
    }
    context_ = made;
    made->data = this;
    hiredis_adapter::attach(io_, *made);
    redisAsyncSetDisconnectCallback(made, [](const redisAsyncContext* context, int) {
        auto& self = *static_cast<connection*>(context->data);
        self.context_ = nullptr;
        self.report_closed(context->err != 0 ? context->errstr : self.why_);
    });
    redisAsyncSetConnectCallback(made, [](const redisAsyncContext* context, int status) {
        auto& self = *static_cast<connection*>(context->data);
        if (status == REDIS_OK) {
            self.connected_ = true;
            self.handler_.on_connected();
        } else {
            // hiredis frees the context after this, and calls nobody.
            self.context_ = nullptr;
            self.report_closed(context->errstr);
        }
    });
}

bool connection::send(std::string_view command, reply_handler& handler, time_point now) {
    if (context_ == nullptr || closing_) return false;
    const int status = redisAsyncFormattedCommand(context_, &connection::on_reply, &handler,
                                                  command.data(), command.size());
    if (status != REDIS_OK) return false;
    sent_.push_back(now);
    return true;
}

void connection::on_reply(redisAsyncContext* context, void* answer, void* handler) {
    auto& self = *static_cast<connection*>(context->data);
    ONSALE_ASSERT(!self.sent_.empty());
    self.sent_.erase(self.sent_.begin());  // of a few
    // What still comes in after we gave up is not believed: somebody may have been told otherwise.
    const auto* believed = self.closing_ ? nullptr : static_cast<const redisReply*>(answer);
    static_cast<reply_handler*>(handler)->on_reply(believed);
}

void connection::close(const std::string& why) {
    if (context_ == nullptr || closing_) return;
    closing_ = true;
    why_ = why;
    auto* const context = context_;
    const bool told_by_hiredis = connected_;
    redisAsyncFree(context);  // within one of its callbacks: as soon as that returns
    if (!told_by_hiredis) {
        context_ = nullptr;
        report_closed(why);
    }
}

void connection::report_closed(std::string why) {
    boost::asio::post(io_, [this, why = std::move(why)] { handler_.on_closed(why); });
}

bool connection::waits_since(time_point then) const noexcept {
    if (context_ == nullptr) return false;
    if (!connected_) return began_ < then;
    return !sent_.empty() && sent_.front() < then;
}

}  // namespace onsale::redis
