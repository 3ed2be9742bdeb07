-- Replaces a session's state if nobody has since it was read.
-- KEYS: state, files; the order of last use, where it is on this server
-- ARGV: epoch, edition, whose, status.json, time of last use, id, input/request.md to be or '', whether it
-- takes the place of another
local state = redis.call('HMGET', KEYS[1], 'epoch', 'edition')
if state[1] ~= ARGV[1] or state[2] ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], 'whose', ARGV[3], 'json', ARGV[4], 'updated', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'edition', 1)
redis.call('HINCRBY', KEYS[1], 'revision', 1)
if ARGV[7] ~= '' then
  redis.call(ARGV[8] == '1' and 'HSET' or 'HSETNX', KEYS[2], 'input/request.md', ARGV[7])
end
if KEYS[3] then
  redis.call('ZADD', KEYS[3], ARGV[5], ARGV[6])
end
return 1
