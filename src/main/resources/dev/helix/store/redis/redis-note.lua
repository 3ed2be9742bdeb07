-- Keeps a file with a session, if there is one.
-- KEYS: state, files
-- ARGV: path, content
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[1], 'revision', 1)
return 1
