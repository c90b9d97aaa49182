#!lua flags=allow-oom
-- Reads: the words of some sales, and reservations of the first of them.
--
-- KEYS   the sales; if ids are asked for, then also the first sale's reservations and letters; else the
--        kinds of all keys of each sale are looked at
-- ARGV   number of sales, then for each: epoch, version    the pair the caller held (L5)
--        then ids (32 hex digits) of the first sale
-- Reply  one text: a word for each sale, in order, a line each, or `unreadable WHY` (another format, a damaged
--        field, a key of another kind), which holds no other sale up; then for each id, in order, a line `ID RECORD`, `ID letter RECORD` (it has an open dead letter: no order row) or `ID -`
--
-- Keeps  L4 L5 L6 L27. Changes nothing, but may freeze a sale that went back: hence not `no-writes`, and
--        `allow-oom`, so that a full Redis still answers.

-- include sale.lua

local KINDS = {reservations = 'hash', buyers = 'hash', due = 'zset', free = 'list', journal = 'stream',
    refunds = 'hash', letters = 'set'}

local count = tonumber(ARGV[1])
local is_look = #ARGV == 2 * count + 1  -- no ids are asked for
local now = clock_ms()
local lines = {}
local first     -- the first sale, if there is one
local failure   -- why it cannot be read

-- What is another kind of key was overwritten: to ask it for what it should be is an error.
local function check_kinds(key)
    for part, kind in pairs(KINDS) do
        local found = redis.call('TYPE', key .. ':' .. part).ok
        if found ~= kind and found ~= 'none' then
            error(redis.error_reply('DAMAGED ' .. key .. ':' .. part .. ' is a ' .. found .. ', it has to be a ' ..
                kind .. ' (delete ' .. key .. ', then it, and rebuild the sale)'))
        end
    end
end

local function word_at(i)
    local sale = read_sale(KEYS[i])
    if unreadable(sale) then error(unreadable(sale)) end
    if is_look then check_kinds(KEYS[i]) end
    if sale then freeze_if_behind(KEYS[i], sale, ARGV[2 * i], ARGV[2 * i + 1]) end
    if i == 1 then first = sale end
    return word_of(sale, now)
end

for i = 1, count do
    local is_read, told = pcall(word_at, i)
    lines[i] = is_read and told or 'unreadable ' .. text_of(told)
    if i == 1 and not is_read then failure = text_of(told) end
end

local ids = {}
for i = 2 * count + 2, #ARGV do ids[#ids + 1] = ARGV[i] end
if #ids > 0 and failure then return redis.error_reply(failure) end
if #ids > 0 then
    local records = redis.call('HMGET', KEYS[count + 1], unpack(ids))
    local has_letter = {}
    if first and first.letters > 0 then has_letter = redis.call('SMISMEMBER', KEYS[count + 2], unpack(ids)) end
    for i, id in ipairs(ids) do
        local mark = has_letter[i] == 1 and 'letter ' or ''
        lines[count + i] = id .. ' ' .. (records[i] and mark .. records[i] or '-')
    end
end
return table.concat(lines, '\n')
