-- For wrk: `wrk -s load.lua URL [-- DEPTH]`. With a depth, so many requests are sent at once, again
-- and again; without, wrk sends its own one and no Lua runs per request.
init = function(args)
    if not args[1] then return end
    local together = string.rep(wrk.format(), tonumber(args[1]))
    request = function() return together end
end

-- What was counted, in one line that load.py reads. Times are in microseconds.
done = function(summary, latency)
    local errors = summary.errors
    io.write(string.format('counted %d %d %d %d %d %d\n', summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
