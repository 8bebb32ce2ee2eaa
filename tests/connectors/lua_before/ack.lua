local job = ARGV[3]
local known = held(job, ARGV[4])
if not known then return 0 end

redis.call('ZREM', leases, job)
redis.call('XACK', jobs, group, entry_of(job))
redis.call('XDEL', jobs, entry_of(job))
redis.call('HDEL', facts, job)
redis.call('HINCRBY', meta, 'done', 1)
if is_empty() then tell_others() end
return 1
