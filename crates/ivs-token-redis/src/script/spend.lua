-- KEYS: the viewer's revocation, the token. ARGV: the version of the session, whose spend it is, its TTL in milliseconds.
-- A token of a revoked viewer is not spent. A spend that is sent again, as its answer was lost, is still good.
local up_to = redis.call('GET', KEYS[1])
if up_to and (#up_to ~= 20 or up_to >= ARGV[1]) then
  return up_to
end
if redis.call('SET', KEYS[2], ARGV[2], 'NX', 'PX', ARGV[3]) or redis.call('GET', KEYS[2]) == ARGV[2] then
  return 1
end
return 0
