-- (): queued, leased, dead, done.

local leased, died = redis.call('ZCARD', leases), redis.call('ZCARD', dead)
return {redis.call('XLEN', jobs) - leased - died, leased, died,
        tonumber(redis.call('HGET', meta, 'done') or 0)}
