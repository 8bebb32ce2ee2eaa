-- (server run, whether takes before the next one are refused from now on, number of the owner's next take, an id for
-- the queue if it has none, then the takes that the owner holds): {time, jumps of clocks, id of the queue,
-- whether the stream or its group was missing}

local version = redis.call('HGET', meta, 'version')
if version and version ~= '1' then
  return redis.error_reply('OTHERVERSION its keys have version ' .. version .. ', this program knows 1')
end
if not version then redis.call('HSET', meta, 'version', 1) end
-- So that a queue which is made anew under the same name is told from the one before.
if redis.call('HEXISTS', meta, 'id') == 0 then redis.call('HSET', meta, 'id', ARGV[11]) end
local was_missing = 0
local consumers = redis.pcall('XINFO', 'CONSUMERS', jobs, group)
if consumers.err then
  redis.call('XGROUP', 'CREATE', jobs, group, '0', 'MKSTREAM')
  consumers = {}
  was_missing = 1
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
local next_take, held, went_back = tonumber(ARGV[10]), {}, false
for i = 12, #ARGV do held[tonumber(ARGV[i])] = true end
if ARGV[9] == '1' then
  redis.call('DEL', first_take)  -- first, see release
  redis.call('SET', first_take, ARGV[10], 'EX', 86400)
end
for _, pending in ipairs(redis.call('XPENDING', jobs, group, '-', '+', 1000000, owner)) do
  local job = number_of(pending[1])
  local known = job and facts_of(job)
  if known and known.take < next_take and not held[known.take] then
    queue_again(job, known)
    known.reason = owner .. ' has not heard of this delivery, or its verdict was lost with the server'
    keep(job, known)
    went_back = true
  end
end
if went_back then tell_others() end
-- While the server was away nobody could extend a lease, and that is nobody's death.
if ARGV[8] ~= '' and redis.call('HGET', meta, 'run') ~= ARGV[8] then
  redis.call('HDEL', meta, 'run')  -- which the server does at its memory limit too, and then all the rest
  redis.call('HSET', meta, 'run', ARGV[8])
  begin_leases_anew()
  tell_others()
end
return {queue_time, jumps, redis.call('HGET', meta, 'id'), was_missing}
