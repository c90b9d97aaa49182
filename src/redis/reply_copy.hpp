#pragma once

#include "onsale/redis/session.hpp"

struct redisReply;

namespace onsale::redis {

/// A reply of hiredis as one that can be kept.
[[nodiscard]] reply copy_reply(const redisReply& from);

}  // namespace onsale::redis
