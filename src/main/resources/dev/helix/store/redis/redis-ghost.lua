-- Notes that a session is listed and is not there; one that is still so much later is listed no more.
-- Until then it may be about to be made: it is listed first.
-- KEYS: the order of last use; when it was first found so, by name and time
-- ARGV: id, time of last use, for how many milliseconds it may be about to be made
local found = redis.call('ZSCORE', KEYS[1], ARGV[1])
local name = ARGV[1] .. ' ' .. ARGV[2]
if not found or tonumber(found) ~= tonumber(ARGV[2]) then
  redis.call('HDEL', KEYS[2], name)
  return 0
end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local since = redis.call('HGET', KEYS[2], name)
if not since then
  redis.call('HSET', KEYS[2], name, string.format('%.0f', now))
elseif now - tonumber(since) > tonumber(ARGV[3]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
  redis.call('HDEL', KEYS[2], name)
end
return 1
