-- Adds elements to the end of a session's log, or makes the session.
-- KEYS: state, log, files, lease; the order of last use, where it is on this server
-- ARGV: whose, epoch, length, number of the lease or '', time of last use, an epoch to be, status.json, id, input/request.md or ''; the elements
local first = 10
local state = redis.call('HMGET', KEYS[1], 'whose', 'epoch')
local epoch = state[2] or ''
if epoch ~= '' and state[1] ~= ARGV[1] then
  return {'HELD'}
end
if ARGV[4] ~= '' and redis.call('HGET', KEYS[4], 'holder') ~= ARGV[4] then
  return {'FENCED'}
end
local length = 0
if epoch ~= '' then
  length = redis.call('LLEN', KEYS[2])
end
if epoch ~= ARGV[2] or length ~= tonumber(ARGV[3]) then
  return {'CONFLICT'}
end
if epoch == '' then
  epoch = ARGV[6]
  -- The first to write: Redis looks only then whether there is room.
  redis.call('HSET', KEYS[1], 'whose', ARGV[1], 'epoch', epoch, 'json', ARGV[7], 'edition', '0')
  -- What is there without a state, which Redis may have dropped, was an earlier session's.
  redis.call('UNLINK', KEYS[2], KEYS[3])
  if ARGV[9] ~= '' then
    redis.call('HSET', KEYS[3], 'input/request.md', ARGV[9])
  end
end
-- Lua takes no more than some thousand arguments at once.
for from = first, #ARGV, 1000 do
  redis.call('RPUSH', KEYS[2], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
redis.call('HSET', KEYS[1], 'updated', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
if KEYS[5] then
  redis.call('ZADD', KEYS[5], ARGV[5], ARGV[8])
end
return {'DONE', epoch, length + #ARGV - first + 1}
