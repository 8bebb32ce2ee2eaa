-- (): the owner has gone, and keeps nothing.

if #redis.call('XPENDING', jobs, group, '-', '+', 1, owner) > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', jobs, group, owner)
return 1
