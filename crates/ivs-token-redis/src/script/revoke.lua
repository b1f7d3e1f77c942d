-- KEYS: the revocation. ARGV: what it says, its TTL in milliseconds.
-- Of two revocations of one thing, the one that lasts longer stays, with what it says.
if redis.call('PTTL', KEYS[1]) <= tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return 1
