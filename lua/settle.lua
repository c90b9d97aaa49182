#!lua flags=allow-oom
-- Ends reservations, each exactly once: paid, cancelled, expired, refunded (L20).
--
-- KEYS   sale, reservations, buyers, due, free, journal, refunds
-- ARGV   epoch, version    the pair the caller held when it sent (L5)
--        cap               most reservations one buyer may ever make (L17)
--        late              rebuy or refuse: what becomes of a payment past the pay-by (L21)
--        sweep             expire up to this many reservations that are due, after the rest; of a
--                          batch of `reserve` all or none
--        then for each call: id (32 hex digits), what, payment id, amount, new id
--          pay           payment id and amount; `new id` is for the reservation of a late payment
--          cancel
--          refund        by the operator: the tickets come back, the money is owed
--          refund_done   the money was sent back: of this payment, or of all if it is empty
--        Unused arguments are empty; an unknown `what` is an error
-- Reply  one text: the word, then for each call, in order, a line `ID VERDICT[ RECORD]`:
--          done        this call did it          repeated   it was so already, by the same cause
--          refused     the state forbids it      refund_due the payment is owed to the payer (L22)
--          wrong_amount                          frozen missing unknown
--          damaged     what the ledger has of it, or of its buyer, cannot be understood
--          rebought NEW_ID RECORD   a late payment bought a new reservation, now or before
--        and with a sweep a last line `swept COUNT`
-- Record as in reserve.lua. Its payment is the one that paid it; of an expired one, the one that
--        bought its tickets again.
-- Refund PAYMENT AMOUNT STATE REASON SINCE_MS DONE_MS, joined by `;`, for each reservation that has
--        any. State: due, done. Reason: late, second, ended (paid after it was cancelled or
--        refunded), refunded.
--
-- Keeps  L1 L2 L3 L5 L6 L17 L20 L21 L22. All checks come before the first write. One call is one
--        version and one journal entry, or none. The number of Redis commands does not
--        grow with the calls. A write that fails freezes the sale.

-- include sale.lua

local UNPACKED = 4000  -- words of one command: Lua's stack has room for 8,000
local LATER = 60000    -- what is due and cannot be understood is looked at again after this, in ms

local sale_key, reservations_key, buyers_key, due_key, free_key, journal_key, refunds_key =
    unpack(KEYS)
local cap, late, sweep = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5])
local known_calls = {pay = true, cancel = true, refund = true, refund_done = true}

local calls = {}
for i = 6, #ARGV, 5 do
    local call = {id = ARGV[i], what = ARGV[i + 1], payment = ARGV[i + 2],
        amount = tonumber(ARGV[i + 3]), new_id = ARGV[i + 4]}
    if not known_calls[call.what] then
        return redis.error_reply('CALL there is no call named ' .. call.what)
    end
    if call.what == 'pay' and (not call.amount or call.payment == '' or #call.new_id ~= 32) then
        return redis.error_reply('PAYMENT it takes a payment id, an amount and a new id')
    end
    calls[#calls + 1] = call
end

local sale = read_sale(sale_key)
if unreadable(sale) then return unreadable(sale) end
if sale then freeze_if_behind(sale_key, sale, ARGV[1], ARGV[2]) end
local now = clock_ms()

if not sale or sale.state == 'frozen' then
    local lines = {word_of(sale, now)}
    for _, call in ipairs(calls) do
        lines[#lines + 1] = call.id .. (sale and ' frozen' or ' missing')
    end
    if sweep > 0 then lines[#lines + 1] = 'swept 0' end
    return table.concat(lines, '\n')
end

-- What is there: the reservations, what is owed for them, and their buyers.
local due, due_ids = {}, {}  -- what stands in `due` until now, and the ids in it
local function see_due(from, count)
    for _, entry in ipairs(redis.call('ZRANGEBYSCORE', due_key, '-inf', tostring(now), 'LIMIT',
            tostring(from), tostring(count))) do
        if #due > 0 and #due_ids + #entry / 32 > sweep then return end
        due[#due + 1] = entry
        for id in entry:gmatch(('%x'):rep(32)) do due_ids[#due_ids + 1] = id end
    end
end
if sweep > 0 then
    see_due(0, 8)  -- whole batches, maybe; or single ones
    if #due == 8 and sweep > 8 then see_due(8, sweep - 8) end
end
local ids, asked = {}, {}
local function ask_for(id)
    if id == '' or asked[id] then return end
    asked[id] = true
    ids[#ids + 1] = id
end
for _, call in ipairs(calls) do ask_for(call.id); ask_for(call.new_id) end
for _, id in ipairs(due_ids) do ask_for(id) end
-- By the sale something is due, and there is nothing: then the sale is put right, or it is swept for ever.
local is_misled = sweep > 0 and #due == 0 and sale.due > 0 and sale.due <= now
if #ids + #due == 0 and not is_misled then return word_of(sale, now) .. (sweep > 0 and '\nswept 0' or '') end

-- Whether a list has as many tickets as its reservation says: they are given back by it.
local function has(tickets, quantity)
    for first, last in tickets:gmatch('(%d+)%-?(%d*)') do
        quantity = quantity - (tonumber(last) or first) + first - 1
    end
    return quantity == 0
end

local reservations, dues = {}, {}  -- by id; `dues` the text of what is owed
for i, record in ipairs(#ids > 0 and redis.call('HMGET', reservations_key, unpack(ids)) or {}) do
    if record then
        local state, quantity, tickets, pay_by, reserved, settled, epoch, version, payment, owed,
            buyer = record:match('^1|(%a+)|(%d+)|([%d,-]*)|(%d+)|(%d+)|(%d+)|(%d+)|(%d+)|([^|]*)|(%d+)|(.*)$')
        quantity = tonumber(quantity)
        local is_live = state == 'held' or state == 'paid'
        local is_sound = state and has(tickets, is_live and quantity or 0)
        -- One that cannot be understood (false) is left to the audit: it holds no other up.
        reservations[ids[i]] = is_sound and {text = record, state = state, quantity = quantity,
            tickets = tickets, pay_by = tonumber(pay_by), reserved = reserved, settled = settled,
            payment = payment, owed = tonumber(owed), buyer = buyer} or false
    end
end
if #calls > 0 then
    for i, text in ipairs(redis.call('HMGET', refunds_key, unpack(ids))) do
        dues[ids[i]] = text or nil
    end
end
local names, is_named, live, ever, touched = {}, {}, {}, {}, {}
for _, id in ipairs(ids) do
    local buyer = reservations[id] and reservations[id].buyer or ''
    if buyer ~= '' and not is_named[buyer] then
        names[#names + 1] = buyer
        is_named[buyer] = true
    end
end
if #names > 0 then
    for i, entry in ipairs(redis.call('HMGET', buyers_key, unpack(names))) do
        if entry then
            local l, e = entry:match('^(%d+):(%d+)$')
            live[names[i]], ever[names[i]] = tonumber(l), tonumber(e)
        end
    end
end

-- A buyer's count that is missing or cannot be understood is left to the audit, too: what would change it is not done.
local function is_uncounted(one) return one.buyer ~= '' and not live[one.buyer] end

-- Decide, call by call.
local changed, is_changed = {}, {}   -- ids of reservations in the order of their first change
local came_back = {}                 -- ticket numbers that came back
local born = {}                      -- id → reservation of a late payment in this very call
local newborn = {}                   -- their ids, in order
local owed_changed, owed_lines = {}, {}

local function change(id)
    if is_changed[id] then return end
    is_changed[id] = true
    changed[#changed + 1] = id
end

local function move_to(id, state)
    local one = reservations[id]
    if state == 'paid' then
        sale.paid = sale.paid + one.quantity
    else
        if one.state == 'paid' then sale.paid = sale.paid - one.quantity end
        sale.sold = sale.sold - one.quantity
        for first, last in one.tickets:gmatch('(%d+)%-?(%d*)') do
            for number = tonumber(first), tonumber(last ~= '' and last or first) do
                came_back[#came_back + 1] = tostring(number)
            end
        end
        one.tickets = ''
        if one.buyer ~= '' then
            live[one.buyer] = live[one.buyer] - one.quantity
            touched[one.buyer] = true
        end
    end
    one.state, one.settled = state, tostring(now)
    change(id)
end

-- The place of a payment's refund in the text of what is owed, and its amount and state.
local function find_due(id, payment)
    for entry in (dues[id] or ''):gmatch('[^;]+') do
        local of, amount, state = entry:match('^(%S+) (%d+) (%a+) ')
        if of == payment then return entry, tonumber(amount), state end
    end
end

local function write_due(id, old, entry)
    local entries = {}
    for each in (dues[id] or ''):gmatch('[^;]+') do
        if each ~= old then entries[#entries + 1] = each end
    end
    entries[#entries + 1] = entry
    dues[id] = table.concat(entries, ';')
    owed_changed[id] = true
    owed_lines[#owed_lines + 1] = id .. ' ' .. entry
    change(id)
end

local function owe(id, payment, amount, reason)
    if amount == 0 or find_due(id, payment) then return end
    local one = reservations[id]
    one.owed = one.owed + amount
    sale.owed = sale.owed + 1
    write_due(id, nil, string.format('%s %.0f due %s %.0f 0', payment, amount, reason, now))
end

-- L21: the ticket of a late payment is bought again, if the sale still has one for this buyer.
local function rebuy(one, call)
    local quantity, buyer = one.quantity, one.buyer
    if late ~= 'rebuy' or sale.state ~= 'open' or sale.sold + quantity > sale.total then return end
    if buyer ~= '' then
        if ever[buyer] >= cap then return end
        if sale.limit > 0 and live[buyer] + quantity > sale.limit then return end
        live[buyer], ever[buyer] = live[buyer] + quantity, ever[buyer] + 1
        touched[buyer] = true
    end
    one.payment = call.payment
    change(call.id)
    sale.sold, sale.paid = sale.sold + quantity, sale.paid + quantity
    local at = tostring(now)
    born[call.new_id] = {state = 'paid', quantity = quantity, tickets = '', pay_by = now,
        reserved = at, settled = at, payment = call.payment, owed = 0, buyer = buyer}
    newborn[#newborn + 1] = call.new_id
    return true
end

local function pay(call, one)
    local id, payment = call.id, call.payment
    if call.amount ~= sale.price * one.quantity then return 'wrong_amount' end
    if one.state == 'held' and now < one.pay_by then
        one.payment = payment
        move_to(id, 'paid')
        return 'done'
    end
    if one.payment == payment then
        if one.state == 'expired' then
            return (born[call.new_id] or reservations[call.new_id]) and 'rebought' or 'damaged'
        end
        return one.state == 'paid' and 'repeated' or 'refused'
    end
    if is_uncounted(one) then return 'damaged' end
    if one.state == 'held' then move_to(id, 'expired') end
    if find_due(id, payment) then return 'refund_due' end
    local reason = 'ended'
    if one.payment ~= '' then
        reason = 'second'
    elseif one.state == 'expired' then
        if rebuy(one, call) then return 'rebought' end
        reason = 'late'
    end
    owe(id, payment, call.amount, reason)
    return call.amount == 0 and 'refused' or 'refund_due'
end

local decide = {
    pay = pay,
    cancel = function(call, one)
        if one.state == 'cancelled' then return 'repeated' end
        if one.state ~= 'held' then return 'refused' end
        if is_uncounted(one) then return 'damaged' end
        move_to(call.id, 'cancelled')
        return 'done'
    end,
    refund = function(call, one)
        if one.state == 'refunded' then return 'repeated' end
        if one.state ~= 'paid' then return 'refused' end
        if is_uncounted(one) then return 'damaged' end
        move_to(call.id, 'refunded')
        owe(call.id, one.payment, sale.price * one.quantity, 'refunded')
        return 'done'
    end,
    refund_done = function(call, one)
        local verdict = 'refused'
        for entry in (dues[call.id] or ''):gmatch('[^;]+') do
            local of, amount, state, reason, since = entry:match('^(%S+) (%d+) (%a+) (%a+) (%d+)')
            if call.payment == '' or call.payment == of then
                if state == 'due' then
                    one.owed = one.owed - tonumber(amount)
                    sale.owed = sale.owed - 1
                    write_due(call.id, entry, string.format('%s %s done %s %s %.0f', of, amount,
                        reason, since, now))
                    verdict = 'done'
                elseif verdict == 'refused' then
                    verdict = 'repeated'
                end
            end
        end
        return verdict
    end,
}

for _, call in ipairs(calls) do
    local one = reservations[call.id]
    if one == false or reservations[call.new_id] == false then
        call.verdict = 'damaged'
    else
        call.verdict = one and decide[call.what](call, one) or 'unknown'
    end
end
local swept, unswept = 0, {}
for _, id in ipairs(due_ids) do
    local one = reservations[id]
    if one and one.state == 'held' and one.pay_by <= now and not is_uncounted(one) then
        move_to(id, 'expired')
        swept = swept + 1
    elseif one == false or one and one.state == 'held' then
        unswept[#unswept + 1] = id
    end
end

local next_number = sale.next
local numbers = {}

local function take(quantity)
    local parts = {}
    while quantity > 0 and #numbers > 0 do
        parts[#parts + 1] = table.remove(numbers, 1)
        quantity = quantity - 1
    end
    if quantity > 0 then
        local last = next_number + quantity - 1
        parts[#parts + 1] = quantity == 1 and tostring(last) or next_number .. '-' .. last
        next_number = next_number + quantity
    end
    return table.concat(parts, ',')
end

local function record_of(one)
    return table.concat({FORMAT, one.state, one.quantity, one.tickets, string.format('%.0f', one.pay_by),
        one.reserved, one.settled, sale.epoch, sale.version, one.payment,
        string.format('%.0f', one.owed), one.buyer}, '|')
end

-- Write: deadlines, what came back, numbers for late payments, records, buyers, refunds, journal.
local function write()
    if #due > 0 then redis.call('ZREM', due_key, unpack(due)) end
    if #due > 0 or is_misled then
        if #unswept > 0 then
            redis.call('ZADD', due_key, tostring(now + LATER), table.concat(unswept))
        end
        sale.due = tonumber(redis.call('ZRANGE', due_key, '0', '0', 'WITHSCORES')[2] or 0)
        if #changed == 0 then redis.call('HSET', sale_key, 'due', tostring(sale.due)) end
    end
    if #changed + #newborn == 0 then return end

    for first = 1, #came_back, UNPACKED do
        redis.call('RPUSH', free_key,
            unpack(came_back, first, math.min(first + UNPACKED - 1, #came_back)))
    end
    local wanted = 0
    for _, id in ipairs(newborn) do wanted = wanted + born[id].quantity end
    if wanted > 0 then numbers = redis.call('LPOP', free_key, tostring(wanted)) or {} end

    sale.version = sale.version + 1
    local records, entry = {}, {}
    local function write_record(id, one)
        one.text = record_of(one)
        records[#records + 1], records[#records + 2] = id, one.text
        entry[#entry + 1] = id .. ' ' .. one.text
    end
    for _, id in ipairs(changed) do write_record(id, reservations[id]) end
    for _, id in ipairs(newborn) do
        born[id].tickets = take(born[id].quantity)
        write_record(id, born[id])
    end
    redis.call('HSET', reservations_key, unpack(records))

    local counts, owed = {}, {}
    for buyer in pairs(touched) do
        counts[#counts + 1], counts[#counts + 2] = buyer, live[buyer] .. ':' .. ever[buyer]
    end
    if #counts > 0 then redis.call('HSET', buyers_key, unpack(counts)) end
    for id in pairs(owed_changed) do owed[#owed + 1], owed[#owed + 2] = id, dues[id] end
    if #owed > 0 then redis.call('HSET', refunds_key, unpack(owed)) end

    sale.next = next_number
    redis.call('HSET', sale_key, 'sold', tostring(sale.sold), 'paid', tostring(sale.paid),
        'next', tostring(sale.next), 'version', tostring(sale.version),
        'due', tostring(sale.due), 'owed', tostring(sale.owed))
    local fields = {'format', FORMAT, 'change', 'settle', 'records', table.concat(entry, '\n')}
    if #owed_lines > 0 then
        fields[#fields + 1], fields[#fields + 2] = 'refunds', table.concat(owed_lines, '\n')
    end
    redis.call('XADD', journal_key, sale.epoch .. '-' .. sale.version, unpack(fields))
end
local torn = freeze_if_torn(sale_key, write)
if torn then return torn end

local lines = {word_of(sale, now)}
for _, call in ipairs(calls) do
    local line = call.id .. ' ' .. call.verdict
    if call.verdict == 'rebought' then
        local one = born[call.new_id] or reservations[call.new_id]
        line = line .. ' ' .. call.new_id .. ' ' .. one.text
    elseif reservations[call.id] then
        line = line .. ' ' .. reservations[call.id].text
    end
    lines[#lines + 1] = line
end
if sweep > 0 then lines[#lines + 1] = 'swept ' .. swept end
return table.concat(lines, '\n')
