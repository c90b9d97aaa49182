#!lua
-- Opens a sale, once (L8).
--
-- KEYS   sale, journal, sales
-- ARGV   operation, sale id, total, hold_ms, limit, price, opens_ms (0: now), salt (32 hex digits)
-- Reply  one text: a verdict, then the word. Verdicts:
--          done, repeated (this operation opened it before), operation_reused (with another total),
--          exists, removed
--        An error if the sale is gone but its journal is not: it is to be rebuilt, not opened
--
-- Keeps  L1 L3 L8 L23. Begins at epoch 1, version 1, with a journal entry. All checks come before
--        the first write. A write that fails freezes the sale.

-- include sale.lua

local sale_key, journal_key, sales_key = unpack(KEYS)
local operation, id, total, hold_ms, limit, price, opens_ms, salt = unpack(ARGV)

local sale = read_sale(sale_key)
if unreadable(sale) then return unreadable(sale) end
local now = clock_ms()

if sale then
    local verdict = sale.state == 'removed' and 'removed' or 'exists'
    local opened_by = redis.call('HGET', sale_key, 'opened_by') or ''
    if opened_by == operation .. '=' .. total then
        verdict = 'repeated'
    elseif opened_by:sub(1, #operation + 1) == operation .. '=' then
        verdict = 'operation_reused'
    end
    return verdict .. '\n' .. word_of(sale, now)
end

if redis.call('EXISTS', journal_key) == 1 then
    return redis.error_reply('LEFTOVER the sale is gone but its journal is there: rebuild it')
end

if opens_ms == '0' then opens_ms = tostring(now) end
local function write()
    redis.call('SADD', sales_key, id)
    redis.call('HSET', sale_key, 'format', FORMAT, 'state', 'open', 'epoch', '1', 'version', '1',
        'total', total, 'last', total, 'next', '1', 'sold', '0', 'paid', '0', 'hold_ms', hold_ms,
        'limit', limit, 'price', price, 'opens_ms', opens_ms, 'salt', salt, 'ordered', '0-0', 'due', '0', 'owed', '0', 'letters', '0',
        'opened_by', operation .. '=' .. total)
    redis.call('XADD', journal_key, '1-1', 'format', FORMAT, 'change', 'open', 'total', total,
        'hold_ms', hold_ms, 'limit', limit, 'price', price, 'opens_ms', opens_ms, 'salt', salt)
end
local torn = freeze_if_torn(sale_key, write)
if torn then return torn end
return 'done\n' .. word_of(read_sale(sale_key), now)
