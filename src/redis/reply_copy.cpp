#include "reply_copy.hpp"

#include <hiredis/hiredis.h>

#include <cstddef>

namespace onsale::redis {

reply copy_reply(const redisReply& from) {
    reply result;
    switch (from.type) {
        case REDIS_REPLY_STRING:
        case REDIS_REPLY_STATUS:
            result.is = reply::kind::text;
            result.text.assign(from.str, static_cast<std::size_t>(from.len));
            break;
        case REDIS_REPLY_ERROR:
            result.is = reply::kind::error;
            result.text.assign(from.str, static_cast<std::size_t>(from.len));
            break;
        case REDIS_REPLY_INTEGER:
            result.is = reply::kind::integer;
            result.integer = from.integer;
            break;
        case REDIS_REPLY_ARRAY:
            result.is = reply::kind::list;
            for (std::size_t i = 0; i < from.elements; ++i) {
                result.list.push_back(copy_reply(*from.element[i]));
            }
            break;
        default:
            break;
    }
    return result;
}

}  // namespace onsale::redis
