/** What the scripts of lua.ts have in common: the names of keys, whose turn it is, which jobs need which blobs. */
export const COMMON = `
local P = KEYS[1]
local BATCH = 2 ^ 40
local function at(kind, name) return P .. kind .. ':' .. name end
local function number(value) return tonumber(value or '0') or 0 end

-- A person who comes back has no credit for the time away.
local function enqueue(id)
  local j = redis.call('HMGET', at('job', id), 'person', 'batch', 'seq', 'owner')
  if redis.call('SADD', P .. 'people', j[1]) == 1 then
    local turn = number(redis.call('GET', P .. 'turn'))
    if number(redis.call('HGET', P .. 'usage', j[1])) < turn then redis.call('HSET', P .. 'usage', j[1], turn) end
  end
  redis.call('ZADD', at('wait', j[1]), number(j[2]) * BATCH + number(j[3]), id)
  redis.call('SADD', at('queued', j[4]), id)
end

local function dequeue(id)
  local j = redis.call('HMGET', at('job', id), 'person', 'owner')
  if not j[1] then return end
  redis.call('ZREM', at('wait', j[1]), id)
  redis.call('SREM', at('queued', j[2]), id)
  if redis.call('ZCARD', at('wait', j[1])) > 0 then return end
  redis.call('SREM', P .. 'people', j[1])
  if redis.call('SCARD', P .. 'people') == 0 then redis.call('DEL', P .. 'usage', P .. 'turn') end
end

local function charge(person)
  local usage = number(redis.call('HGET', P .. 'usage', person))
  redis.call('HSET', P .. 'usage', person, usage + 1)
  if usage > number(redis.call('GET', P .. 'turn')) then redis.call('SET', P .. 'turn', usage) end
end

-- Whoever lost a turn to a worker's death gets it back.
local function refund(person)
  local usage = number(redis.call('HGET', P .. 'usage', person))
  if usage >= 1 then redis.call('HSET', P .. 'usage', person, usage - 1) end
end

local function ended(state) return state == 'done' or state == 'failed' or state == 'cancelled' end

-- role: 'in:' for an image of the job, 'out:' for its result's.
local function keep(hash, role, id, ttl)
  redis.call('SADD', at('refs', hash), role .. id)
  redis.call('PEXPIRE', at('refs', hash), ttl)
  redis.call('PEXPIRE', at('blob', hash), ttl)
end

-- What was put aside becomes a blob.
local function takeIn(aside, hash, ttl)
  redis.call('RENAME', aside, at('blob', hash))
  redis.call('PEXPIRE', at('blob', hash), ttl)
end

local function hashesOf(id)
  local j = redis.call('HMGET', at('job', id), 'images', 'outs')
  local all = {}
  for i, role in ipairs({'in:', 'out:'}) do
    if j[i] then for _, pair in ipairs(cjson.decode(j[i])) do all[#all + 1] = {pair[2], role} end end
  end
  return all
end
`;
