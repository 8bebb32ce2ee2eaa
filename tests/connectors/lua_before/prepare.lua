local version = redis.call('HGET', meta, 'version')
if version and version ~= '1' then
  return redis.error_reply('OTHERVERSION its keys have version ' .. version .. ', this program knows 1')
end
if not version then redis.call('HSET', meta, 'version', 1) end
local consumers = redis.pcall('XINFO', 'CONSUMERS', jobs, group)
if consumers.err then
  redis.call('XGROUP', 'CREATE', jobs, group, '0', 'MKSTREAM')
  consumers = {}
end
-- Those that were killed while they had nothing.
for _, each in ipairs(consumers) do
  local of = fields_of(each)
  if of.pending == 0 and of.idle > 86400000 and of.name ~= nobody then
    redis.call('XGROUP', 'DELCONSUMER', jobs, group, of.name)
  end
end
-- Deliveries that their owner knows nothing of: nobody heard the answer, or the server has lost its last writes
-- and the verdict among them. Nobody works on those, and nobody has died. Takes that it does not know yet are
-- left alone, as this may be a call that comes late itself.
local next_take, held, went_back = tonumber(ARGV[5]), {}, false
for i = 6, #ARGV do held[tonumber(ARGV[i])] = true end
if ARGV[4] == '1' then
  redis.call('DEL', first_take)  -- first, see release
  redis.call('SET', first_take, ARGV[5], 'EX', 86400)
end
for _, pending in ipairs(redis.call('XPENDING', jobs, group, '-', '+', 1000000, owner)) do
  local job = string.match(pending[1], '^%d+')
  local readable, known = pcall(facts_of, job)  -- one that is not must not keep its owner from the queue
  if readable and known.take < next_take and not held[known.take] then
    release(job, ready)
    known.reason = owner .. ' has not heard of this delivery, or its verdict was lost with the server'
    keep(job, known)
    went_back = true
  end
end
if went_back then tell_others() end
-- While the server was away nobody could extend a lease, and that is nobody's death.
if redis.call('HGET', meta, 'run') ~= ARGV[3] then
  redis.call('HDEL', meta, 'run')  -- which the server does at its memory limit too, and then all the rest
  redis.call('HSET', meta, 'run', ARGV[3])
  local now = now_us()
  for _, job in ipairs(redis.call('ZRANGE', leases, 0, -1)) do
    local ends = now + facts_of(job).lease
    if ends > tonumber(redis.call('ZSCORE', leases, job)) then lease_until(job, ends) end
  end
  tell_others()
end
return 1
