local now = now_us()
local delay = tonumber(ARGV[3])
local number = '0'
for i = 4, #ARGV, 3 do
  local fields = {'put', exact(now)}
  for at, name in ipairs({'archive', 'json', 'type'}) do
    local value = ARGV[i + at - 1]
    if value ~= '' then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  if delay > 0 then
    fields[#fields + 1] = 'due'
    fields[#fields + 1] = exact(now + delay)
  end
  number = add(fields)
end
tell_others()
return number
