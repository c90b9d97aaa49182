#!lua flags=no-writes,allow-oom
-- Tells what the caller's user may not do of what the ledger's scripts do to a sale: one that is forbidden
-- half of it would freeze its first sale.
--
-- Reply  one text: the names of the commands, a blank between two; empty: it may do everything

local function key(part) return 'onsale:{rights}' .. part end

local commands = {
    {'TIME'}, {'TYPE', key(':journal')},
    {'HMGET', key(''), 'f'}, {'HSET', key(''), 'f', '0'},
    {'HMGET', key(':reservations'), 'f'}, {'HSET', key(':reservations'), 'f', '0'},
    {'HMGET', key(':buyers'), 'f'}, {'HSET', key(':buyers'), 'f', '0'},
    {'HMGET', key(':refunds'), 'f'}, {'HSET', key(':refunds'), 'f', '0'},
    {'ZADD', key(':due'), '0', 'm'}, {'ZREM', key(':due'), 'm'},
    {'ZRANGE', key(':due'), '0', '0'}, {'ZRANGEBYSCORE', key(':due'), '0', '0'},
    {'LPOP', key(':free')}, {'RPUSH', key(':free'), '0'},
    {'SMISMEMBER', key(':letters'), 'm'},
    {'XADD', key(':journal'), '1-1', 'f', '0'},
}

local forbidden, is_told = {}, {}
for _, words in ipairs(commands) do
    if not redis.acl_check_cmd(unpack(words)) and not is_told[words[1]] then
        is_told[words[1]] = true
        forbidden[#forbidden + 1] = words[1]
    end
end
return table.concat(forbidden, ' ')
