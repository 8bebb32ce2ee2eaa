-- (jobs, or none for all that are dead or that some could not read): how many are queued again, for everybody.

local function waits_unread(job, known)
  return known.unread ~= '' and redis.call('ZREM', unread_key(known.unread), job) == 1
end

local function revive(job)
  local known = facts_of(job)
  if redis.call('ZREM', dead, job) == 0 and not waits_unread(job, known) then return 0 end
  known.deaths, known.unread = 0, ''
  keep(job, known)
  redis.call('ZADD', ready, job, job)
  return 1
end

local named = {}
for i = 8, #ARGV do named[#named + 1] = ARGV[i] end
if #named == 0 then
  named = redis.call('ZRANGE', dead, 0, -1)
  for _, readers in ipairs(redis.call('HKEYS', unread)) do
    for _, job in ipairs(redis.call('ZRANGE', unread_key(readers), 0, -1)) do named[#named + 1] = job end
  end
end
local revived = 0
for _, job in ipairs(named) do revived = revived + revive(job) end
if revived > 0 then tell_others() end
return revived
