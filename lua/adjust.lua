#!lua
-- Changes a sale by its operator's command (L23): stock and state.
--
-- KEYS   sale, reservations, buyers, due, free, journal, refunds, letters
-- ARGV   epoch, version    the pair the caller held when it sent (L5)
--        operation         the command's id: a known one is not done again
--        change            restock_by restock_to withdraw release pause resume close remove
--        amount            tickets, for the first three; else 0. No whole number: an error
-- Reply  one text: a verdict, then the word. Verdicts:
--          done, repeated (this operation did it before), unchanged (it is so already)
--          operation_reused, missing, frozen, closed, below_total, too_few, too_many
--        and of `remove`: not_closed, held (somebody may still pay), refund_due,
--          dead_letters, not_ordered
--
-- Keeps  L2 L3 L5 L6 L8 L23 L28. Restock creates numbers above `last`; withdraw takes unsold numbers only,
--        never-issued ones first, from the lowest, so that those left stay one range NEXT..LAST.
--        Release puts back what a rebuild withheld (L28), all of it: as never issued if it borders on
--        those, else number by number.
--        A write that fails freezes the sale.
--        Remove leaves the sale's hash and the journal's last entry, so that it is never opened again.

-- include sale.lua

local MOST = 1000000000    -- tickets ever created, as in limits.hpp
local REMEMBERED = 32      -- operations a sale remembers
local UNPACKED = 4000      -- words of one command: Lua's stack has room for 8,000

local sale_key, reservations_key, buyers_key, due_key, free_key, journal_key, refunds_key,
    letters_key = unpack(KEYS)
local operation, change, amount = ARGV[3], ARGV[4], tonumber(ARGV[5])

if not amount or amount < 0 or amount % 1 ~= 0 then
    return redis.error_reply('AMOUNT ' .. ARGV[5] .. ' is no number of tickets')
end
local sale = read_sale(sale_key)
if unreadable(sale) then return unreadable(sale) end
if sale then freeze_if_behind(sale_key, sale, ARGV[1], ARGV[2]) end
local now = clock_ms()

local function answer(verdict) return verdict .. '\n' .. word_of(sale, now) end

if not sale then return answer('missing') end
if sale.state == 'frozen' then return answer('frozen') end

local what = change .. ':' .. ARGV[5]
local memory = redis.call('HMGET', sale_key, 'operations', 'opened_by')
local operations, opened_by = memory[1] or '', memory[2] or ''
local done = operations:match(' ' .. operation:gsub('%W', '%%%0') .. '=(%S+)')
if done then return answer(done == what and 'repeated' or 'operation_reused') end
if opened_by:sub(1, #operation + 1) == operation .. '=' then return answer('operation_reused') end
if sale.state == 'removed' then return answer('closed') end

local from_free = 0  -- numbers to take out of `free`
local tickets = {}   -- the numbers created or withdrawn, for the journal
local released = {}  -- ranges that become free
local new = {withheld = sale.withheld, state = sale.state, total = sale.total, last = sale.last, next = sale.next}

if change == 'restock_to' then
    if amount < sale.total then return answer('below_total') end
    change, amount = 'restock_by', amount - sale.total
end

if change == 'restock_by' then
    if sale.state == 'closed' then return answer('closed') end
    if amount == 0 then return answer('unchanged') end
    if sale.last + amount > MOST then return answer('too_many') end
    new.total, new.last = sale.total + amount, sale.last + amount
    tickets[1] = (sale.last + 1) .. '-' .. new.last
elseif change == 'withdraw' then
    if amount == 0 then return answer('unchanged') end
    if amount > sale.total - sale.sold then return answer('too_few') end
    local never_issued = math.min(amount, sale.last - sale.next + 1)
    from_free = amount - never_issued
    new.total, new.next = sale.total - amount, sale.next + never_issued
    if never_issued > 0 then tickets[1] = sale.next .. '-' .. (new.next - 1) end
elseif change == 'release' then
    if sale.state == 'closed' then return answer('closed') end
    if sale.withheld == 0 then return answer('unchanged') end
    tickets[1] = redis.call('HGET', sale_key, 'withheld_tickets')
    new.total, new.withheld = sale.total + sale.withheld, 0
    for first, last in tickets[1]:gmatch('(%d+)%-?(%d*)') do
        released[#released + 1] = {tonumber(first), tonumber(last ~= '' and last or first)}
    end
    local highest = released[#released]
    if highest[2] == sale.next - 1 then
        new.next = highest[1]
        released[#released] = nil
    end
elseif change == 'remove' then
    if sale.state ~= 'closed' then return answer('not_closed') end
    if sale.sold > sale.paid then return answer('held') end
    if sale.owed > 0 then return answer('refund_due') end
    if sale.letters > 0 then return answer('dead_letters') end
    if sale.ordered ~= sale.epoch .. '-' .. sale.version then return answer('not_ordered') end
    new.state = 'removed'
else
    local target = ({pause = 'paused', resume = 'open', close = 'closed'})[change]
    if not target then return redis.error_reply('CHANGE there is no change named ' .. change) end
    if sale.state == target then return answer('unchanged') end
    if sale.state == 'closed' then return answer('closed') end
    new.state = target
end

-- Write: numbers that leave or come back, the sale, the journal.
local function write()
    if from_free > 0 then
        for _, number in ipairs(redis.call('LPOP', free_key, tostring(from_free))) do
            tickets[#tickets + 1] = number
        end
    end
    local freed = {}
    for _, range in ipairs(released) do
        for number = range[1], range[2] do
            freed[#freed + 1] = tostring(number)
            if #freed == UNPACKED then
                redis.call('RPUSH', free_key, unpack(freed))
                freed = {}
            end
        end
    end
    if #freed > 0 then redis.call('RPUSH', free_key, unpack(freed)) end
    if change == 'remove' then
        redis.call('UNLINK', reservations_key, buyers_key, due_key, free_key, refunds_key, letters_key)
    end
    sale.state, sale.total, sale.last, sale.next = new.state, new.total, new.last, new.next
    sale.withheld = new.withheld
    sale.version = sale.version + 1

    local remembered = {}
    for entry in operations:gmatch('%S+') do remembered[#remembered + 1] = entry end
    while #remembered >= REMEMBERED do table.remove(remembered, 1) end
    remembered[#remembered + 1] = operation .. '=' .. what
    redis.call('HSET', sale_key, 'state', sale.state, 'total', tostring(sale.total),
        'last', tostring(sale.last), 'next', tostring(sale.next), 'version', tostring(sale.version),
        'operations', ' ' .. table.concat(remembered, ' '))
    if change == 'release' then redis.call('HSET', sale_key, 'withheld', '0', 'withheld_tickets', '') end
    redis.call('XADD', journal_key, sale.epoch .. '-' .. sale.version, 'format', FORMAT,
        'change', change, 'tickets', table.concat(tickets, ','), 'operation', operation,
        'state', sale.state, 'total', tostring(sale.total), 'last', tostring(sale.last))
end
local torn = freeze_if_torn(sale_key, write)
if torn then return torn end
return answer('done')
