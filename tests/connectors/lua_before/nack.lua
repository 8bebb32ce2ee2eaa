local job = ARGV[3]
local known = held(job, ARGV[4])
if not known then return 0 end

local delay = tonumber(ARGV[6])
if delay > 0 then
  release(job, later, now_us() + delay)
else
  release(job, ready)
end
known.reason = ARGV[5]
keep(job, known)
tell_others()
return 1
