/** The commands whose arguments stay as they are. Read off the clients of redis 4.7, 5.12 and 6.3, which agree. */
export const RENAMED: Record<string, string> = {
  hset: 'hSet', hget: 'hGet', hgetall: 'hGetAll', hdel: 'hDel', hmget: 'hmGet', hmset: 'hSet', hincrby: 'hIncrBy',
  hincrbyfloat: 'hIncrByFloat', hexists: 'hExists', hkeys: 'hKeys', hvals: 'hVals', hlen: 'hLen', hsetnx: 'hSetNX',
  setex: 'setEx', psetex: 'pSetEx', setnx: 'setNX', getset: 'getSet', getdel: 'getDel', getrange: 'getRange',
  setrange: 'setRange', zadd: 'zAdd', zrem: 'zRem', zscore: 'zScore', zcard: 'zCard', zcount: 'zCount', zincrby: 'zIncrBy',
  zrank: 'zRank', zrevrank: 'zRevRank', lpush: 'lPush', rpush: 'rPush', lpop: 'lPop', rpop: 'rPop', llen: 'lLen',
  lrange: 'lRange', lrem: 'lRem', ltrim: 'lTrim', lindex: 'lIndex', lset: 'lSet', rpoplpush: 'rPopLPush', sadd: 'sAdd',
  srem: 'sRem', smembers: 'sMembers', sismember: 'sIsMember', scard: 'sCard', sinter: 'sInter', sunion: 'sUnion',
  sdiff: 'sDiff', smove: 'sMove', incrby: 'incrBy', incrbyfloat: 'incrByFloat', decrby: 'decrBy', pttl: 'pTTL',
  pexpire: 'pExpire', expireat: 'expireAt', pexpireat: 'pExpireAt', flushall: 'flushAll', flushdb: 'flushDb',
  dbsize: 'dbSize', mget: 'mGet', mset: 'mSet', msetnx: 'mSetNX', setbit: 'setBit', getbit: 'getBit',
  randomkey: 'randomKey', renamenx: 'renameNX', strlen: 'strLen',
}; // biome-ignore format: one table

/** Commands of other arguments: what a person writes instead. */
export const BY_HAND: Record<string, string> = {
  zrevrange: 'Write zRange(key, start, stop, { REV: true }).',
  zrange: 'Write zRange(key, start, stop), or zRangeWithScores where WITHSCORES was given.',
  zrangebyscore: 'Write zRangeByScore(key, min, max, { LIMIT: { offset, count } }).',
  zrevrangebyscore: "Write zRange(key, max, min, { BY: 'SCORE', REV: true }).",
  psubscribe: 'Give the listener along: pSubscribe(pattern, (message, channel) => …).',
  blpop: 'Write blPop(key, timeout); it returns { key, element }.',
  brpop: 'Write brPop(key, timeout); it returns { key, element }.',
  hscan: 'Write for await (const entries of client.hScanIterator(key)).',
  spop: 'Write sPop(key).',
  zremrangebyscore: 'Write zRemRangeByScore(key, min, max).',
  zremrangebyrank: 'Write zRemRangeByRank(key, start, stop).',
};

/**
 * Of these, the ones that are the same with this many arguments, and with the options behind them. Run with redis 4.7, 5.12 and 6.3;
 * words such as WITHSCORES and LIMIT make them different ones.
 */
export const PLAIN: Record<string, { to: string; arguments: number; options?: string }> = {
  zrange: { to: 'zRange', arguments: 3 },
  zrevrange: { to: 'zRange', arguments: 3, options: '{ REV: true }' },
  zrangebyscore: { to: 'zRangeByScore', arguments: 3 },
  zremrangebyscore: { to: 'zRemRangeByScore', arguments: 3 },
  zremrangebyrank: { to: 'zRemRangeByRank', arguments: 3 },
  spop: { to: 'sPop', arguments: 1 },
};

/** Commands that took one value after the other, and take a list: the index of the first value. */
export const LISTS: Record<string, number> = {
  lpush: 1, rpush: 1, sadd: 1, srem: 1, hdel: 1, zrem: 1, hmget: 1, mget: 0, sinter: 0, sunion: 0, sdiff: 0, mset: 0,
  msetnx: 0, del: 0, unlink: 0, exists: 0,
}; // biome-ignore format: one table

/** What `set` takes behind the value: with a number, or by itself. */
export const SET_NUMBERS = new Set(['EX', 'PX', 'EXAT', 'PXAT']);
export const SET_FLAGS = new Set(['NX', 'XX', 'KEEPTTL', 'GET']);
