-- Takes a lease, unless somebody holds it. Times are in microseconds by this server's clock.
-- KEYS: lease
-- ARGV: for how many milliseconds; how many more it is remembered afterwards
-- Returns its number, or nothing where another holds.
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local lease = redis.call('HMGET', KEYS[1], 'last', 'holder', 'until')
if lease[2] and now < tonumber(lease[3]) then
  return false
end
-- By the time, so that it is also higher than those that were forgotten.
local number = string.format('%.0f', math.max((tonumber(lease[1]) or 0) + 1, now))
redis.call('HSET', KEYS[1], 'last', number, 'holder', number,
  'until', string.format('%.0f', now + ARGV[1] * 1000))
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ARGV[1] + ARGV[2]))
return number
