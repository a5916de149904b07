import { COMMON } from "./lua-common.ts";

/**
 * What must happen at once in Redis, as scripts that run there. KEYS[1] is the prefix of all our keys:
 *
 * job:ID (hash: owner, person, batch, seq, digest, needs, content, images, state, attempts, holder, passed, ending, outs),
 * jobs:OWNER (sorted by arrival), queued:OWNER, wait:PERSON (interactive before batch, then by arrival), people (who have jobs
 * waiting), usage (jobs begun, by person) and turn (the usage of whoever was served last), running (by when it was handed out),
 * blob:SHA256 with refs:SHA256 (the jobs that need it), aside:ID (bytes that are to be one, see redis-blobs.ts), workers (by when each is taken for dead), has:WORKER and open:WORKER.
 *
 * Job data is data: none of it is ever run.
 */

/** ARGV: jobs (JSON), hashes of the blobs (JSON), waiting jobs an owner may have, milliseconds to keep, then where the blobs were put aside. */
const ADMIT = `
local jobs, given = cjson.decode(ARGV[1]), cjson.decode(ARGV[2])
local limit, ttl = number(ARGV[3]), ARGV[4]
local brought = {}
for i, hash in ipairs(given) do brought[hash] = ARGV[4 + i] end
local fresh, missing, seen, more = {}, {}, {}, {}
for _, job in ipairs(jobs) do
  local known = redis.call('HMGET', at('job', job.id), 'owner', 'digest')
  if known[1] then
    if known[1] ~= job.owner or known[2] ~= job.digest then return {'taken', job.id} end
  else
    fresh[#fresh + 1] = job
    more[job.owner] = (more[job.owner] or 0) + 1
    for _, pair in ipairs(job.images) do
      local hash = pair[2]
      if not brought[hash] and not seen[hash .. job.owner] then
        seen[hash .. job.owner] = true
        local held = false
        if redis.call('EXISTS', at('blob', hash)) == 1 then
          for _, ref in ipairs(redis.call('SMEMBERS', at('refs', hash))) do
            local id = string.match(ref, '^in:(.*)')
            if id and redis.call('HGET', at('job', id), 'owner') == job.owner then held = true break end
          end
        end
        if not held then missing[#missing + 1] = hash end
      end
    end
  end
end
if #missing > 0 then return {'missing', unpack(missing)} end
for owner, count in pairs(more) do
  local there = redis.call('SCARD', at('queued', owner))
  if there + count > limit then return {'full', there} end
end
for hash, aside in pairs(brought) do takeIn(aside, hash, ttl) end
local ids = {}
for _, job in ipairs(fresh) do
  local seq = redis.call('INCR', P .. 'seq')
  redis.call('HSET', at('job', job.id), 'owner', job.owner, 'person', job.person, 'batch', job.batch, 'seq', seq,
    'digest', job.digest, 'needs', cjson.encode(job.needs), 'content', job.content,
    'images', #job.images > 0 and cjson.encode(job.images) or '[]', 'state', 'queued', 'attempts', 0)
  redis.call('ZADD', at('jobs', job.owner), seq, job.id)
  for _, pair in ipairs(job.images) do keep(pair[2], 'in:', job.id, ttl) end
  enqueue(job.id)
  ids[#ids + 1] = job.id
end
return {'ok', unpack(ids)}
`;

/**
 * Whose turn it is, and of theirs the job that this worker takes. Fair: the person for whom the fewest jobs were begun comes
 * first, a batch job counting one more. Near: a job whose model another live worker has open is left to that one for a while.
 * ARGV: worker, now, milliseconds that a job is left to others. → id, or "" and in how many milliseconds to look again.
 */
const PICK = `
local worker, now, patience = ARGV[1], number(ARGV[2]), number(ARGV[3])
local people = {}
for _, person in ipairs(redis.call('SMEMBERS', P .. 'people')) do
  local head = redis.call('ZRANGE', at('wait', person), 0, 0, 'WITHSCORES')
  if head[1] then
    local score = number(head[2])
    local batch = score >= BATCH and 1 or 0
    people[#people + 1] = {person, number(redis.call('HGET', P .. 'usage', person)) + batch, score - batch * BATCH}
  end
end
table.sort(people, function(a, b) if a[2] ~= b[2] then return a[2] < b[2] end return a[3] < b[3] end)
local others = redis.call('ZRANGEBYSCORE', P .. 'workers', now, '+inf')
local serves, elsewhere = {}, {}
local function served(needs, list)
  if serves[needs] == nil then
    serves[needs] = true
    for _, need in ipairs(list) do
      if redis.call('SISMEMBER', at('has', worker), need) == 0 then serves[needs] = false end
    end
  end
  return serves[needs]
end
local function isOpenElsewhere(model)
  if elsewhere[model] == nil then
    elsewhere[model] = false
    if redis.call('SISMEMBER', at('open', worker), model) == 0 then
      for _, other in ipairs(others) do
        if other ~= worker and redis.call('SISMEMBER', at('open', other), model) == 1 then elsewhere[model] = true end
      end
    end
  end
  return elsewhere[model]
end
local again = -1
for _, turn in ipairs(people) do
  for _, id in ipairs(redis.call('ZRANGE', at('wait', turn[1]), 0, 63)) do
    local j = redis.call('HMGET', at('job', id), 'needs', 'passed')
    if j[1] then
      local list = cjson.decode(j[1])
      if served(j[1], list) then
        local take = true
        if list[1] and isOpenElsewhere(list[1]) then
          local passed = number(j[2])
          if passed == 0 then passed = now redis.call('HSET', at('job', id), 'passed', now) end
          local left = passed + patience - now
          if left > 0 then
            take = false
            if again < 0 or left < again then again = left end
          end
        end
        if take then
          dequeue(id)
          charge(turn[1])
          redis.call('HSET', at('job', id), 'state', 'picked')
          redis.call('ZADD', P .. 'running', now, id)
          redis.call('PUBLISH', P .. 'work', id)
          return {id, 0}
        end
      end
    end
  end
end
return {'', again}
`;

/** ARGV: id, holder, now, attempts that may be begun. → "gone", "spent", or "begun", attempt, content, images. */
const BEGIN = `
local id, holder, now, most = ARGV[1], ARGV[2], ARGV[3], number(ARGV[4])
local j = redis.call('HMGET', at('job', id), 'state', 'attempts', 'content', 'images', 'person')
if not j[1] or ended(j[1]) then return {'gone'} end
if j[1] == 'queued' then
  charge(j[5])
  redis.call('PUBLISH', P .. 'work', id)
end
dequeue(id)
redis.call('ZADD', P .. 'running', now, id)
redis.call('HDEL', at('job', id), 'passed')
redis.call('HSET', at('job', id), 'holder', holder)
if number(j[2]) >= most then return {'spent', j[2]} end
redis.call('HSET', at('job', id), 'state', 'running', 'attempts', number(j[2]) + 1)
return {'begun', tostring(number(j[2]) + 1), j[3], j[4]}
`;

/** ARGV: id, holder or "", attempts to take back, attempts that may be begun. → "queued", "spent", or "lost" to another holder. */
const REQUEUE = `
local id, holder, back, most = ARGV[1], ARGV[2], number(ARGV[3]), number(ARGV[4])
local j = redis.call('HMGET', at('job', id), 'state', 'holder', 'attempts', 'person')
if j[1] ~= 'running' and j[1] ~= 'picked' then return 'lost' end
if holder ~= '' and j[2] ~= holder then return 'lost' end
if number(j[3]) - back >= most then return 'spent' end
redis.call('HSET', at('job', id), 'state', 'queued', 'attempts', number(j[3]) - back)
redis.call('HDEL', at('job', id), 'holder')
redis.call('ZREM', P .. 'running', id)
refund(j[4])
enqueue(id)
redis.call('PUBLISH', P .. 'work', '')
return 'queued'
`;

/** ARGV: id, field that must match ("holder", "owner", "state"), its value, state, ending, outs, now, milliseconds to keep, where its blobs were put aside. → 1 for the first end. */
const FINISH = `
local id, outs, ttl = ARGV[1], cjson.decode(ARGV[6]), ARGV[8]
local j = redis.call('HMGET', at('job', id), 'state', ARGV[2])
if not j[1] or ended(j[1]) or j[2] ~= ARGV[3] then return 0 end
for i, pair in ipairs(outs) do takeIn(ARGV[8 + i], pair[2], ttl) end
dequeue(id)
redis.call('ZREM', P .. 'running', id)
redis.call('HSET', at('job', id), 'state', ARGV[4], 'ending', ARGV[5], 'outs', #outs > 0 and ARGV[6] or '[]', 'finished', ARGV[7])
redis.call('HDEL', at('job', id), 'holder')
for _, ref in ipairs(hashesOf(id)) do keep(ref[1], ref[2], id, ttl) end
redis.call('PEXPIRE', at('job', id), number(ttl) * 2)
redis.call('PUBLISH', P .. 'ended', id)
redis.call('PUBLISH', P .. 'work', '')
return 1
`;

/** ARGV: id, owner. An ended job and what no other needs are gone. */
const FORGET = `
local id, owner = ARGV[1], ARGV[2]
local j = redis.call('HMGET', at('job', id), 'owner', 'state')
if j[1] ~= owner or not ended(j[2]) then return 0 end
for _, ref in ipairs(hashesOf(id)) do
  local hash = ref[1]
  redis.call('SREM', at('refs', hash), ref[2] .. id)
  if redis.call('SCARD', at('refs', hash)) == 0 then redis.call('DEL', at('refs', hash), at('blob', hash)) end
end
redis.call('DEL', at('job', id), at('last', id))
redis.call('ZREM', at('jobs', owner), id)
return 1
`;

/** ARGV: id, the owner it has, the owner it gets, whom it counts for. */
const GIVE = `
local id, from, to = ARGV[1], ARGV[2], ARGV[3]
local j = redis.call('HMGET', at('job', id), 'owner', 'state', 'seq')
if j[1] ~= from then return 0 end
if j[2] == 'queued' then dequeue(id) end
redis.call('ZREM', at('jobs', from), id)
redis.call('HSET', at('job', id), 'owner', to, 'person', ARGV[4])
redis.call('ZADD', at('jobs', to), j[3], id)
if j[2] == 'queued' then enqueue(id) end
return 1
`;

/** ARGV: owner. Its jobs in order of arrival; those that have expired are dropped from the list. */
const JOBS = `
local ids = {}
for _, id in ipairs(redis.call('ZRANGE', at('jobs', ARGV[1]), 0, -1)) do
  if redis.call('EXISTS', at('job', id)) == 1 then ids[#ids + 1] = id else redis.call('ZREM', at('jobs', ARGV[1]), id) end
end
return ids
`;

/** → for each waiting job: id, what it counts before fair-order.ts adds its place among its person's, batch, seq, person, needs. */
const WAITING = `
local all = {}
for _, person in ipairs(redis.call('SMEMBERS', P .. 'people')) do
  local usage = redis.call('HGET', P .. 'usage', person) or '0'
  for _, id in ipairs(redis.call('ZRANGE', at('wait', person), 0, -1)) do
    local j = redis.call('HMGET', at('job', id), 'batch', 'seq', 'needs')
    if j[1] then all[#all + 1] = {id, person, usage, j[1], j[2], j[3]} end
  end
end
return all
`;

export const SCRIPTS = Object.fromEntries(
  Object.entries({ ADMIT, PICK, BEGIN, REQUEUE, FINISH, FORGET, GIVE, JOBS, WAITING }).map(([name, body]) => [
    name,
    COMMON + body,
  ]),
) as Record<"ADMIT" | "PICK" | "BEGIN" | "REQUEUE" | "FINISH" | "FORGET" | "GIVE" | "JOBS" | "WAITING", string>;
