-- Sets right when a session was last used, or leaves it out, if nobody has since it was looked at.
-- KEYS: the order of last use
-- ARGV: id, time found, time that is right or '' where there is no such session
local found = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not found or tonumber(found) ~= tonumber(ARGV[2]) then
  return 0
end
if ARGV[3] == '' then
  return redis.call('ZREM', KEYS[1], ARGV[1])
end
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
return 1
