-- Gives a session to an owner if nobody has changed its state since it was read; its time of last use stays.
-- KEYS: state
-- ARGV: epoch, edition, whose, status.json
local state = redis.call('HMGET', KEYS[1], 'epoch', 'edition')
if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'whose', ARGV[3], 'json', ARGV[4])
redis.call('HINCRBY', KEYS[1], 'edition', 1)
redis.call('HINCRBY', KEYS[1], 'revision', 1)
return 1
