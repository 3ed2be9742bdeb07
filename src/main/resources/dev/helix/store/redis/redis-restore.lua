-- Makes a session of what was laid ready, unless there is one.
-- KEYS: state, log, files, log laid ready, files laid ready; the order of last use, where it is on this server
-- ARGV: whose, epoch, status.json, time of last use, id, elements, files
if redis.call('EXISTS', KEYS[1]) == 1 then
  redis.call('UNLINK', KEYS[4], KEYS[5])
  return 0
end
if redis.call('LLEN', KEYS[4]) ~= tonumber(ARGV[6])
    or redis.call('HLEN', KEYS[5]) ~= tonumber(ARGV[7]) then
  return redis.error_reply('ERR what was laid ready has run out')
end
redis.call('HSET', KEYS[1], 'whose', ARGV[1], 'epoch', ARGV[2], 'json', ARGV[3],
  'updated', ARGV[4], 'edition', '0', 'revision', '0')
-- What is there without a state, which Redis may have dropped, was an earlier session's.
redis.call('UNLINK', KEYS[2], KEYS[3])
for i = 4, 5 do
  if redis.call('EXISTS', KEYS[i]) == 1 then
    redis.call('RENAME', KEYS[i], KEYS[i - 2])
    redis.call('PERSIST', KEYS[i - 2])
  end
end
if KEYS[6] then
  redis.call('ZADD', KEYS[6], ARGV[4], ARGV[5])
end
return 1
