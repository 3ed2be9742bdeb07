-- Puts tombstones in the place of a session's elements if nobody has changed it since it was read.
-- KEYS: state, log, files
-- ARGV: epoch, edition, length, an epoch to be, status.json, number of files; paths and contents in turn; places, of which
-- the first is 0, and elements in turn
local state = redis.call('HMGET', KEYS[1], 'epoch', 'edition')
if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] or redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[3]) then
  return 0
end
redis.call('HSET', KEYS[1], 'epoch', ARGV[4], 'json', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'edition', 1)
redis.call('HINCRBY', KEYS[1], 'revision', 1)
local elements = 7 + 2 * tonumber(ARGV[6])
for i = 7, #ARGV, 2 do
  if i < elements then
    redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
  else
    redis.call('LSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
return 1
