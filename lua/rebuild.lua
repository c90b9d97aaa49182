#!lua
-- Makes a sale anew from its orders, after its ledger was lost or went back (L28). In steps: what is
-- large is drafted piece by piece beside the sale, and takes its place in one.
--
-- KEYS   sale, reservations, buyers, due, free, journal, refunds, letters, sales,
--        draft, and the draft's reservations, buyers, due, free, refunds, lapsed
-- ARGV   epoch     that of the rebuilt sale: higher than any before
--        epoch, version   of the sale that is there, as far as the orders followed it (0, 0: there was none)
--        step, and what it takes:
--          begin
--          add    part, count of its entries that were added before, then entries: pairs (due: score
--                 and id), or single ones (free; lapsed:
--                 lines `ID RECORD` of reservations that the rebuild ended, for a journal entry each)
--          finish sale id, how many entries each part of the draft has, in the order above, then
--                 fields and values of the sale's hash; `withheld_tickets` and `withdrawn` are
--                 lists of numbers, the latter those found to have left the sale; `from` is the
--                 position EPOCH-VERSION of the orders that it was made of
-- Reply  one text: a verdict, then the word. Verdicts:
--          done, repeated (this rebuild is finished)
--          not_broken (the sale is neither frozen nor missing: nothing is to be rebuilt)
--          outrun (another rebuild, of a higher epoch, has begun or is done)
--          moved (there is a sale that the orders did not follow so far, since a ledger came back: begin again)
--          torn (the draft is not what was sent: begin again)
--
-- Keeps  L1 L2 L3 L6 L8 L28. Until `finish` the sale stays as it is, frozen or missing. Every step may
--        be sent again. The journal begins anew: one entry says what the sale is now, those
--        that follow which reservations the rebuild ended;
--        the order writer tells again what is ordered.

-- include sale.lua

local sale_key, journal_key, letters_key, sales_key, draft_key =
    KEYS[1], KEYS[6], KEYS[8], KEYS[9], KEYS[10]
local parts = {'reservations', 'buyers', 'due', 'free', 'refunds', 'lapsed'}
local own = {KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[7]}
local drafted = {KEYS[11], KEYS[12], KEYS[13], KEYS[14], KEYS[15], KEYS[16]}
local is_list = {free = true, lapsed = true}
local epoch, seen_epoch, seen_version, step = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]

local sale = read_sale(sale_key)
if unreadable(sale) then return unreadable(sale) end
local now = clock_ms()

local function answer(verdict) return verdict .. '\n' .. word_of(sale, now) end

if sale then
    if sale.epoch > epoch then return answer('outrun') end
    if sale.epoch == epoch then return answer('repeated') end
    if sale.state ~= 'frozen' then return answer('not_broken') end
    local is_seen = sale.epoch < seen_epoch or sale.epoch == seen_epoch and sale.version <= seen_version
    if not is_seen then return answer('moved') end
end
local begun = tonumber(redis.call('HGET', draft_key, 'epoch') or 0)
if begun > epoch then return answer('outrun') end

local function count_of(part)
    local command = ({due = 'ZCARD', free = 'LLEN', lapsed = 'LLEN'})[parts[part]] or 'HLEN'
    return redis.call(command, drafted[part])
end

if step == 'begin' then
    redis.call('UNLINK', unpack(drafted))
    redis.call('HSET', draft_key, 'epoch', ARGV[1])
    return answer('done')
end
if begun ~= epoch then return answer('torn') end

if step == 'add' then
    local command = ({due = 'ZADD', free = 'RPUSH', lapsed = 'RPUSH'})[ARGV[5]] or 'HSET'
    for part, name in ipairs(parts) do
        if name == ARGV[5] then
            -- A list takes an entry twice: this piece may be there already.
            if is_list[name] and count_of(part) ~= tonumber(ARGV[6]) then return answer('done') end
            redis.call(command, drafted[part], unpack(ARGV, 7))
            return answer('done')
        end
    end
    return redis.error_reply('PART there is no part named ' .. ARGV[5])
end
if step ~= 'finish' then return redis.error_reply('STEP there is no step named ' .. step) end

for part = 1, #parts do
    if count_of(part) ~= tonumber(ARGV[5 + part]) then return answer('torn') end
end
local fields, told = {}, {}
for i = 6 + #parts, #ARGV, 2 do
    told[ARGV[i]] = ARGV[i + 1]
    if ARGV[i] ~= 'withdrawn' and ARGV[i] ~= 'from' then
        fields[#fields + 1], fields[#fields + 2] = ARGV[i], ARGV[i + 1]
    end
end

local function write()
    for part = 1, #own do
        redis.call('UNLINK', own[part])
        if redis.call('EXISTS', drafted[part]) == 1 then redis.call('RENAME', drafted[part], own[part]) end
    end
    local lapsed = redis.call('LRANGE', drafted[#parts], '0', '-1')
    redis.call('UNLINK', draft_key, drafted[#parts], journal_key, letters_key)
    local due = redis.call('ZRANGE', KEYS[4], '0', '0', 'WITHSCORES')[2] or '0'
    redis.call('HSET', sale_key, 'format', FORMAT, 'epoch', ARGV[1], 'version', tostring(1 + #lapsed),
        'due', due, 'letters', '0', 'ordered', '0-0', unpack(fields))
    redis.call('HSETNX', sale_key, 'opened_by', 'rebuild')
    redis.call('SADD', sales_key, ARGV[5])
    redis.call('XADD', journal_key, ARGV[1] .. '-1', 'format', FORMAT, 'change', 'rebuild', 'state', told.state,
        'total', told.total, 'last', told.last, 'withheld', told.withheld_tickets, 'withdrawn', told.withdrawn,
        'from', told.from)
    for i, lines in ipairs(lapsed) do
        redis.call('XADD', journal_key, ARGV[1] .. '-' .. (1 + i), 'format', FORMAT, 'change', 'settle',
            'records', lines)
    end
end
local torn = freeze_if_torn(sale_key, write)
if torn then return torn end
sale = read_sale(sale_key)
return answer('done')
