-- Keys of the queue are there, or nobody takes its jobs for done: an error where some have gone.

local function what_has_gone()
  if redis.call('HGET', meta, 'id') ~= ARGV[3] then return 'meta' end
  local pending = redis.call('XPENDING', jobs, group)
  if pending[1] > 0 and not number_of(string.match(pending[3], '^%d+') .. '-0') then
    renumber_giants(add)
    pending = redis.call('XPENDING', jobs, group)
  end
  local at_nobody, own = 0, 0
  for _, each in ipairs(pending[4] or {}) do
    if each[1] == nobody then at_nobody = tonumber(each[2]) end
    if each[1] == owner then own = tonumber(each[2]) end
  end
  if at_nobody > 0 then
    local known = redis.call('ZCARD', ready) + redis.call('ZCARD', later) + redis.call('ZCARD', dead)
    if at_nobody > known and at_nobody > known + unread_count() then return 'ready, later, dead or unread' end
  end
  if own > 0 and redis.call('EXISTS', leases) == 0 then return 'leases' end
  if own > 0 and redis.call('EXISTS', facts) == 0 then return 'facts' end
end

local gone = what_has_gone()
if gone then return redis.error_reply('GONE ' .. gone) end
