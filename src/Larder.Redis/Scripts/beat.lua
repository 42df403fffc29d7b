-- Gives a process the right to use its copies for a while: it is waited for when something changes.
-- KEYS[1]: the processes, by the end of their right in milliseconds of the server's clock. ARGV: the name of the process; how long the right lasts, in milliseconds.
-- Returns what the server says of its replication.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], 10 * ARGV[2])
return redis.call('INFO', 'replication')
