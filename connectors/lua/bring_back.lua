-- Jobs whose lease ended are queued again, or dead; delays that ended, too.

local lease, suspect_from, limit = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local again_at  -- when something that is known ends

local function sooner(at)
  if not again_at or at < again_at then again_at = at end
end

local function lose(job, known)
  known.deaths = known.deaths + 1
  known.reason = known.owner .. ' died, or was away for longer than its lease'
  if known.alone and known.deaths >= limit then
    known.reason = known.deaths .. ' processes died with this job; the last one: ' .. known.reason
    release(job, dead)
  else
    queue_again(job, known)
  end
  keep(job, known)
end

local function bring_back_lost()
  local gone = {}
  for _, job in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', exact(now), 'LIMIT', 0, 100)) do
    local known = facts_of(job)
    if known.owner == owner then
      lease_until(job, now + lease)  -- who asks is alive, and knows of it: else it had gone back on connecting
    elseif watched * 3 < known.lease then
      -- The clock may have jumped before this process looked; whoever is alive sees that when it extends its leases.
      sooner(now + known.lease / 3 - watched)
    else
      gone[known.owner] = true
      lose(job, known)
    end
  end
  for name in pairs(gone) do
    if #redis.call('XPENDING', jobs, group, '-', '+', 1, name) == 0 then
      redis.call('XGROUP', 'DELCONSUMER', jobs, group, name)
    end
  end
  if next(gone) and is_idle() then tell_others() end
end

-- Deliveries without a lease, which nothing would end: somebody has read from the group by hand, or has taken leases
-- away. Their leases begin now.
local function lease_the_unleased()
  local out, consumers = -redis.call('ZCARD', leases), {}
  for _, each in ipairs(redis.call('XPENDING', jobs, group)[4] or {}) do
    if each[1] ~= nobody then
      out = out + tonumber(each[2])
      consumers[#consumers + 1] = each[1]
    end
  end
  if out <= 0 then return end
  redis.call('ZREM', leases, '')  -- first, see release
  local begun = 0
  for _, consumer in ipairs(consumers) do
    local from = '-'
    repeat
      local some = redis.call('XPENDING', jobs, group, from, '+', 1000, consumer)
      for _, each in ipairs(some) do
        local id = each[1]
        local job = number_of(id)
        from = '(' .. id
        if not job then
          local entry = redis.call('XRANGE', jobs, id, id)[1]
          if entry then
            add(entry[2])
            sooner(now)
          end
          redis.call('XACK', jobs, group, id)
          redis.call('XDEL', jobs, id)
        elseif not redis.call('ZSCORE', leases, job) then
          local known = facts_of(job)
          if known.owner ~= consumer then known.take = 0 end
          known.owner, known.lease = consumer, lease
          keep(job, known)
          lease_until(job, now + lease)
          begun = begun + 1
        end
      end
      if begun >= 1000 then return sooner(now) end  -- the others come with the next look
    until #some == 0
  end
end

local function end_delays()
  for _, job in ipairs(redis.call('ZRANGEBYSCORE', later, '-inf', exact(now), 'LIMIT', 0, 1000)) do
    redis.call('ZREM', later, job)
    redis.call('ZADD', ready, job, job)
  end
end
