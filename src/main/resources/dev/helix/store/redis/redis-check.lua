-- Makes a session with all that a turn makes, reads and removes it; nobody else sees it. Whatever fails, nothing stays.
-- KEYS: state, log, files, lease; the order of last use, where it is on this server
-- ARGV: id, an element
-- Returns what was read.
local failure
local function try(...)
  local reply = redis.pcall(...)
  if type(reply) == 'table' and reply.err then
    failure = failure or reply
  end
  return reply
end

try('HSET', KEYS[1], 'json', ARGV[2])
try('HINCRBY', KEYS[1], 'revision', 1)
try('RPUSH', KEYS[2], ARGV[2])
try('HSET', KEYS[3], 'input/request.md', ARGV[2])
try('HSET', KEYS[4], 'last', '1')
if KEYS[5] then
  try('ZADD', KEYS[5], 1, ARGV[1])
  try('ZREM', KEYS[5], ARGV[1])
end
local read = try('LRANGE', KEYS[2], 0, -1)
try('UNLINK', KEYS[1], KEYS[2], KEYS[3], KEYS[4])
return failure or read[1]
