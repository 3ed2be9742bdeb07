-- Says whether somebody holds a lease. Times are in microseconds by this server's clock.
-- KEYS: lease
-- Returns 1 where it is so, else 0.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local lease = redis.call('HMGET', KEYS[1], 'holder', 'until')
return lease[1] and now < tonumber(lease[2]) and 1 or 0
