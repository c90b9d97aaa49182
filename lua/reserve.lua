#!lua
-- Takes tickets for a batch of purchases: the only place where a ticket is given.
--
-- KEYS   sale, reservations, buyers, due, free, journal
-- ARGV   epoch, version    the pair the caller held when it sent (L5)
--        cap               most reservations one buyer may ever make (L17)
--        then for each purchase: id (32 hex digits), buyer (may be empty), quantity (1 or more,
--        else an error)
-- Reply  one text: the word, then for each purchase, in order, a line `ID ANSWER`:
--          RECORD        taken now            known RECORD  this id exists already, in any state
--          key_reused    known, other quantity
--          frozen missing closed paused not_open
--          too_many_reservations limit_reached sold_out too_few
--          uncounted     the buyer's count cannot be understood, nothing is taken
--          damaged       the record of this id cannot be understood
-- Record 1|STATE|QUANTITY|TICKETS|PAY_BY_MS|RESERVED_MS|SETTLED_MS|EPOCH|VERSION|PAYMENT|REFUND_DUE|BUYER
--        SETTLED_MS is 0 while held, PAYMENT empty until it is paid
-- Due    the ids of those taken by one call, one behind the other, by their pay-by. It stays until
--        then, whatever becomes of them: `settle` looks.
--
-- Keeps  L1 L2 L3 L5 L6 L16 L17 L19. All checks come before the first write. A batch is one version
--        and one journal entry. The number of Redis commands does not grow with the batch. A write
--        that fails freezes the sale.
--
-- To write a number out or to read one costs as much as all else that Lua does for a ticket: here it
-- is done once for equal ones.

-- include sale.lua

local SPREAD = 0.05  -- pay-by is up to this share of the hold time later, by the first id (L19)

local sale_key, reservations_key, buyers_key, due_key, free_key, journal_key = unpack(KEYS)
local cap = tonumber(ARGV[3])
local count = (#ARGV - 3) / 3

local sale = read_sale(sale_key)
if unreadable(sale) then return unreadable(sale) end
if sale then freeze_if_behind(sale_key, sale, ARGV[1], ARGV[2]) end
local now = clock_ms()

-- Why nothing can be taken from the sale as a whole, or nil.
local function closed_door()
    if not sale then return 'missing' end
    if sale.state == 'removed' then return 'closed' end
    if sale.state ~= 'open' then return sale.state end
    if now < sale.opens_ms then return 'not_open' end
end

local refusal = closed_door()
local lines = {}

if refusal == 'missing' or refusal == 'frozen' then
    for i = 1, count do lines[i] = ARGV[3 * i + 1] .. ' ' .. refusal end
    return word_of(sale, now) .. '\n' .. table.concat(lines, '\n')
end

local ids, buyers, quantities, quantity_of = {}, {}, {}, {}
for i = 1, count do
    local text = ARGV[3 * i + 3]
    local quantity = quantity_of[text] or tonumber(text)
    if not quantity or quantity < 1 or quantity % 1 ~= 0 then
        return redis.error_reply('QUANTITY ' .. text .. ' is no number of tickets')
    end
    quantity_of[text] = quantity
    ids[i], buyers[i], quantities[i] = ARGV[3 * i + 1], ARGV[3 * i + 2], quantity
end

-- What is there already: the records of these ids, and the counts of these buyers.
local records = redis.call('HMGET', reservations_key, unpack(ids))
local names, position, live, ever = {}, {}, {}, {}
for i = 1, count do
    local buyer = buyers[i]
    if buyer ~= '' and not position[buyer] and not records[i] then
        names[#names + 1] = buyer
        position[buyer] = #names
    end
end
if #names > 0 then
    for i, entry in ipairs(redis.call('HMGET', buyers_key, unpack(names))) do
        local l, e = 0, 0
        if entry then l, e = entry:match('^(%d+):(%d+)$') end
        live[i], ever[i] = tonumber(l), tonumber(e)
    end
end

-- Decide, purchase by purchase, in the order of arrival.
local sold, limit = sale.sold, sale.limit
local granted = {}   -- id → its record, once that is written, for those taken by this very call
local given = {}     -- places in the batch that get tickets
local known = {}     -- places whose id is known
local touched = {}   -- places in `names` of buyers that get tickets

local function refuse(place, quantity)
    if refusal then return refusal end
    if place then
        if not ever[place] then return 'uncounted' end
        if ever[place] >= cap then return 'too_many_reservations' end
        if limit > 0 and live[place] + quantity > limit then return 'limit_reached' end
    end
    if sold + quantity > sale.total then
        return sold >= sale.total and 'sold_out' or 'too_few'
    end
end

for i = 1, count do
    local id, quantity, place = ids[i], quantities[i], position[buyers[i]]
    if records[i] or granted[id] then
        known[#known + 1] = i
    else
        local reason = refuse(place, quantity)
        if reason then
            lines[i] = id .. ' ' .. reason
        else
            sold = sold + quantity
            if place then
                live[place], ever[place] = live[place] + quantity, ever[place] + 1
                touched[place] = true
            end
            granted[id] = ''
            given[#given + 1] = i
        end
    end
end

-- Write: ticket numbers, deadline, records, buyers, journal.
local entry  -- the journal's lines, and the reply's
local function write()
    local never_issued = sale.last - sale.next + 1
    local returned = sale.total - sale.sold - never_issued
    local numbers = {}
    if returned > 0 then
        numbers = redis.call('LPOP', free_key, tostring(math.min(returned, sold - sale.sold)))
    end
    local used, next_number = 0, sale.next

    -- `quantity` numbers as a list of numbers and ranges: those that came back first (L2).
    local function take(quantity)
        if used >= #numbers then
            local first = next_number
            next_number = next_number + quantity
            return quantity == 1 and first or first .. '-' .. (next_number - 1)
        end
        local parts = {}
        while quantity > 0 and used < #numbers do
            used = used + 1
            parts[#parts + 1] = numbers[used]
            quantity = quantity - 1
        end
        if quantity > 0 then parts[#parts + 1] = take(quantity) end
        return table.concat(parts, ',')
    end

    sale.version = sale.version + 1
    local chance = tonumber(ids[given[1]]:sub(-4), 16) / 65536
    local due = now + sale.hold_ms + math.floor(sale.hold_ms * SPREAD * chance)
    if sale.due == 0 or due < sale.due then sale.due = due end
    local head = FORMAT .. '|held|'
    local tail = '|' .. due .. '|' .. now .. '|0|' .. sale.epoch .. '|' .. sale.version .. '||0|'
    local new_ids, new_records, new_lines = {}, {}, {}
    for n = 1, #given do
        local i = given[n]
        local id = ids[i]
        local record = head .. ARGV[3 * i + 3] .. '|' .. take(quantities[i]) .. tail .. buyers[i]
        local line = id .. ' ' .. record
        granted[id], lines[i] = record, line
        new_ids[n], new_lines[n] = id, line
        new_records[2 * n - 1], new_records[2 * n] = id, record
    end
    entry = table.concat(new_lines, '\n')

    -- The last that may fail before a record is there for whoever asks: the hashes were read just now.
    redis.call('ZADD', due_key, tostring(due), table.concat(new_ids))
    redis.call('HSET', reservations_key, unpack(new_records))
    local new_buyers, text_of = {}, {}
    for place in pairs(touched) do
        local l, e = live[place], ever[place]
        text_of[l], text_of[e] = text_of[l] or tostring(l), text_of[e] or tostring(e)
        new_buyers[#new_buyers + 1] = names[place]
        new_buyers[#new_buyers + 1] = text_of[l] .. ':' .. text_of[e]
    end
    if #new_buyers > 0 then redis.call('HSET', buyers_key, unpack(new_buyers)) end
    sale.sold, sale.next = sold, next_number
    redis.call('HSET', sale_key, 'sold', tostring(sold), 'next', tostring(next_number),
        'version', tostring(sale.version), 'due', tostring(sale.due))
    redis.call('XADD', journal_key, sale.epoch .. '-' .. sale.version,
        'format', FORMAT, 'change', 'reserve', 'records', entry)
end
if #given > 0 then
    local torn = freeze_if_torn(sale_key, write)
    if torn then return torn end
end

for _, i in ipairs(known) do
    local id, record = ids[i], records[i] or granted[ids[i]]
    local quantity = record:match('^%d+|%a+|(%d+)|')
    lines[i] = id .. (not quantity and ' damaged' or tonumber(quantity) == quantities[i] and ' known ' .. record or
        ' key_reused')
end

if #given < count then entry = table.concat(lines, '\n') end
return word_of(sale, now) .. '\n' .. entry
