-- (delay, number of descriptions, hash and description of each, then archive, json, and type and hash of the schema with
-- a zero byte between of each item): the number of the last one; '0' where a description is missing, and nothing was done.

local now = now_us()
local delay = tonumber(ARGV[8])
local first = 10 + 2 * tonumber(ARGV[9])
local described = {}
for i = 10, first - 1, 2 do described[ARGV[i]] = ARGV[i + 1] end
for i = first + 2, #ARGV, 3 do
  local hash = string.match(ARGV[i], '%z(.+)$')
  if hash and described[hash] == nil then
    if redis.call('HEXISTS', schemas, hash) == 0 then return '0' end
    described[hash] = false
  end
end
for hash, description in pairs(described) do
  if description then redis.call('HSETNX', schemas, hash, description) end
end

local shift = redis.call('HGET', meta, 'shift')
local number = '0'
for i = first, #ARGV, 3 do
  local fields = {'put', exact(now)}
  local function with(name, value)
    if not value or value == '' then return end
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end
  with('archive', ARGV[i])
  with('json', ARGV[i + 1])
  with('type', string.match(ARGV[i + 2], '^%Z+'))
  with('schema', string.match(ARGV[i + 2], '%z(.+)$'))
  if delay > 0 then
    with('due', exact(now + delay))
    with('shift', shift)
  end
  number = add(fields)
end
tell_others()
return number
