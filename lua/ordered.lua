#!lua flags=allow-oom
-- Hears up to where a sale's orders are committed, and trims the journal below that (L26).
--
-- KEYS   sale, journal, letters
-- ARGV   epoch, version    the order writer's position: every record up to it is committed
--        which             all or more: whether the ids that follow are all dead letters, or more
--        then ids (32 hex digits) of reservations with an open dead letter: they have no row (L27)
-- Reply  one text: a verdict, then the word. Verdicts:
--          done
--          missing, other_epoch (the sale was rebuilt since: nothing was changed)
--          behind (the ledger went back: it is frozen)
-- Keeps  L5 L6 L26 L27. `ordered` only grows within its epoch. No version, no journal entry. Works on
--        a frozen sale, and in a full Redis: it makes room.
--        The entry at the position itself stays: by it the writer knows this journal again.

-- include sale.lua

local sale_key, journal_key, letters_key = unpack(KEYS)
local epoch, version = tonumber(ARGV[1]), tonumber(ARGV[2])

local sale = read_sale(sale_key)
if unreadable(sale) then return unreadable(sale) end
local now = clock_ms()

local function answer(verdict) return verdict .. '\n' .. word_of(sale, now) end

if not sale then return answer('missing') end
freeze_if_behind(sale_key, sale, ARGV[1], ARGV[2])
if sale.epoch < epoch or (sale.epoch == epoch and sale.version < version) then
    return answer('behind')
end
if sale.epoch ~= epoch then return answer('other_epoch') end

if ARGV[3] == 'all' then redis.call('DEL', letters_key) end
if #ARGV > 3 then redis.call('SADD', letters_key, unpack(ARGV, 4)) end
if ARGV[3] == 'all' or #ARGV > 3 then
    sale.letters = redis.call('SCARD', letters_key)
    redis.call('HSET', sale_key, 'letters', tostring(sale.letters))
end

local ordered_epoch, ordered_version = sale.ordered:match('^(%d+)-(%d+)$')
ordered_epoch, ordered_version = tonumber(ordered_epoch), tonumber(ordered_version)
if ordered_epoch < epoch or (ordered_epoch == epoch and ordered_version < version) then
    sale.ordered = ARGV[1] .. '-' .. ARGV[2]
    redis.call('HSET', sale_key, 'ordered', sale.ordered)
    redis.call('XTRIM', journal_key, 'MINID', '=', sale.ordered)
end
return answer('done')
