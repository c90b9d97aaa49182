-- What every script begins with: the sale's hash, its word, and the check of L5.
-- Numbers stay below 1e14, which Lua writes out in full; they are passed to Redis as text.

local FORMAT = '1'

-- The ledger's clock, in milliseconds.
local function clock_ms()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The sale as a table, or nil if there is none.
local function read_sale(key)
    local field = redis.call('HMGET', key, 'format', 'state', 'epoch', 'version', 'total', 'sold',
        'paid', 'last', 'next', 'hold_ms', 'limit', 'price', 'opens_ms', 'salt', 'ordered', 'due', 'owed', 'letters',
        'withheld')
    if not field[1] then return nil end
    return {
        format = field[1], state = field[2], epoch = tonumber(field[3]), version = tonumber(field[4]),
        total = tonumber(field[5]), sold = tonumber(field[6]), paid = tonumber(field[7]),
        last = tonumber(field[8]), next = tonumber(field[9]), hold_ms = tonumber(field[10]),
        limit = tonumber(field[11]), price = tonumber(field[12]), opens_ms = tonumber(field[13]),
        salt = field[14], ordered = field[15], due = tonumber(field[16]),
        owed = tonumber(field[17]), letters = tonumber(field[18]),
        withheld = tonumber(field[19] or 0),
    }
end

-- The word: EPOCH VERSION STATE TOTAL SOLD PAID LAST NEXT HOLD_MS LIMIT PRICE OPENS_MS NOW_MS SALT ORDERED DUE_MS
--           LETTERS WITHHELD
-- DUE_MS is the earliest pay-by of those held, or earlier, 0 if there are none. LETTERS are the reservations with
-- an open dead letter: they have no order row, though ORDERED has passed them (L27). WITHHELD are the
-- tickets that a rebuild keeps out of the sale until they are released (L28).
local function word_of(sale, now)
    if not sale then return '0 0 missing 0 0 0 0 1 0 0 0 0 ' .. now .. ' - 0-0 0 0 0' end
    return table.concat({sale.epoch, sale.version, sale.state, sale.total, sale.sold, sale.paid,
        sale.last, sale.next, sale.hold_ms, sale.limit, sale.price, sale.opens_ms, now, sale.salt,
        sale.ordered, sale.due, sale.letters, sale.withheld}, ' ')
end

-- L5: a ledger behind what the caller has seen went back. It freezes, for everybody, before any write.
local function freeze_if_behind(key, sale, epoch, version)
    epoch, version = tonumber(epoch), tonumber(version)
    if sale.epoch > epoch or (sale.epoch == epoch and sale.version >= version) then return end
    if sale.state ~= 'frozen' then
        redis.call('HSET', key, 'state', 'frozen')
        sale.state = 'frozen'
    end
end

-- What went wrong, in one line.
local function text_of(failure)
    local text = type(failure) == 'table' and failure.err or tostring(failure)
    return (text:gsub('^%-', ''):gsub('[\r\n]', ' '))
end

-- Does all that `write` does, or nobody sells any more: Redis does not take back what a script wrote before one
-- of its commands failed (on a key of another kind, or by a user who may not give it). Returns the error.
-- Who could not freeze the sale does not begin.
local function freeze_if_torn(key, write)
    if not redis.acl_check_cmd('HSET', key, 'state', 'frozen') then
        return redis.error_reply('NOPERM this user may not write to ' .. key)
    end
    local done, why = pcall(write)
    if done then return end
    redis.call('HSET', key, 'state', 'frozen')
    return redis.error_reply('TORN the sale is frozen, a script could not do all of it: ' .. text_of(why))
end

local NUMBERS = {'epoch', 'version', 'total', 'sold', 'paid', 'last', 'next', 'hold_ms', 'limit', 'price', 'opens_ms',
    'due', 'owed', 'letters', 'withheld'}
local STATES = {open = true, paused = true, closed = true, frozen = true, removed = true}

-- A sale that is written in another format, or has a damaged field, is left alone: an error reply, or nil.
local function unreadable(sale)
    if not sale then return end
    if sale.format ~= FORMAT then
        return redis.error_reply('FORMAT the sale is written in format ' .. sale.format ..
            ', this onsale knows format ' .. FORMAT)
    end
    local damaged
    for i = 1, #NUMBERS do
        local number = sale[NUMBERS[i]]
        if not number or number < 0 or number % 1 ~= 0 then damaged = NUMBERS[i] end
    end
    if not STATES[sale.state] then damaged = 'state' end
    if not sale.salt or not sale.salt:find('^%x+$') then damaged = 'salt' end
    if not sale.ordered or not sale.ordered:find('^%d+%-%d+$') then damaged = 'ordered' end
    if damaged then
        return redis.error_reply('DAMAGED the field ' .. damaged .. ' of the sale makes no sense (mend it, or delete ' ..
            'the hash and rebuild the sale)')
    end
end
